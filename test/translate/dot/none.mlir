// RUN: not brt-translate --brt-to-dot %s 2>&1 | FileCheck %s

// CHECK: error: expects the module to hold a 'brt.model', but got none
func.func private @nothing()
