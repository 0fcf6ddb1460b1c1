// RUN: not brt-opt %s --brt-add-optimizer=optimizer=lion 2>&1 | FileCheck %s --check-prefix=KIND
// RUN: not brt-opt %s --brt-add-optimizer=learning-rate=0 2>&1 | FileCheck %s --check-prefix=RATE
// RUN: not brt-opt %s --brt-add-optimizer=warmup-steps=-1 2>&1 | FileCheck %s --check-prefix=WARMUP
// RUN: not brt-opt %s --brt-add-optimizer=max-steps=0 2>&1 | FileCheck %s --check-prefix=STEPS
// RUN: not brt-opt %s --brt-add-optimizer=beta1=1 2>&1 | FileCheck %s --check-prefix=BETA
// RUN: not brt-opt %s --brt-add-optimizer=clip-norm=nan 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not brt-opt %s --brt-add-optimizer=accumulate-steps=0 2>&1 | FileCheck %s --check-prefix=ACCUMULATE
// RUN: not brt-opt %s --brt-add-optimizer=guard-factor=1 2>&1 | FileCheck %s --check-prefix=GUARD
// RUN: not brt-opt %s --brt-add-optimizer=weight-decay=0.1 2>&1 | FileCheck %s --check-prefix=DECAY

// KIND: Cannot find option named 'lion'
// RATE: error: expects option learning-rate to be a number above 0, but got 0
// WARMUP: error: expects option warmup-steps to be a number from 0 on, but got -1
// STEPS: error: expects option max-steps to be 1 or more, but got 0
// BETA: error: expects option beta1 to be at least 0 and below 1, but got 1
// NAN: error: expects option clip-norm to be a number from 0 on, but got nan
// ACCUMULATE: error: expects option accumulate-steps to be 1 or more, but got 0
// GUARD: error: expects option guard-factor to be a number above 1, but got 1
// DECAY: error: expects option weight-decay to be 0 with optimizer=adafactor, but got 1{{.*}}; optimizer=adamw decays weights
module {}
