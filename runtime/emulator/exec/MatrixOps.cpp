//===- MatrixOps.cpp - mma.sync -------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.14.5.
//
//===----------------------------------------------------------------------===//

#include "exec/Arithmetic.h"
#include "exec/Fragment.h"

using namespace brt::emu;

namespace {
/// The shapes of sm_80 (and fp8 of sm_89), by operand type.
struct Shape {
  const char *name;
  Type type;
  unsigned m, n, k;
};
} // namespace

static constexpr Shape kShapes[] = {
    {"m16n8k16", Type::F16, 16, 8, 16},  {"m16n8k16", Type::BF16, 16, 8, 16},
    {"m16n8k8", Type::F16, 16, 8, 8},    {"m16n8k8", Type::BF16, 16, 8, 8},
    {"m16n8k8", Type::TF32, 16, 8, 8},   {"m16n8k4", Type::TF32, 16, 8, 4},
    {"m16n8k32", Type::S8, 16, 8, 32},   {"m16n8k32", Type::U8, 16, 8, 32},
    {"m16n8k16", Type::S8, 16, 8, 16},   {"m16n8k16", Type::U8, 16, 8, 16},
    {"m8n8k16", Type::S8, 8, 8, 16},     {"m8n8k16", Type::U8, 8, 8, 16},
    {"m16n8k32", Type::E4M3, 16, 8, 32}, {"m16n8k32", Type::E5M2, 16, 8, 32},
    {"m8n8k4", Type::F64, 8, 8, 4}};

static const Shape *takeShape(Translator &t, Multiply &op) {
  const char *name = t.takeOneOf(
      {"m16n8k16", "m16n8k8", "m16n8k4", "m16n8k32", "m8n8k16", "m8n8k4"});
  if (!name || !t.take("row") || !t.take("col"))
    return nullptr;
  for (Fragment *each : {&op.d, &op.a, &op.b, &op.c})
    each->type = t.takeType();
  for (const Shape &shape : kShapes)
    if (std::string(name) == shape.name && shape.type == op.a.type)
      return &shape;
  return nullptr;
}

static bool isByte(Type type) { return type == Type::S8 || type == Type::U8; }

static bool typesFit(const Multiply &op) {
  Type a = op.a.type, b = op.b.type;
  bool bytes = isByte(a), isDouble = a == Type::F64;
  bool floatBytes = !bytes && sizeOf(a) == 1;
  if (a != b && !(bytes && isByte(b)) &&
      !(floatBytes && sizeOf(b) == 1 && !isByte(b)))
    return false;
  if (op.saturate && !bytes)
    return false;
  if (a == Type::F16 && op.c.type == Type::F16 && op.d.type == Type::F16)
    return true;
  Type sum = isDouble ? Type::F64 : bytes ? Type::S32 : Type::F32;
  return op.c.type == sum && op.d.type == sum;
}

static bool translateMma(Translator &t) {
  t.group->needsWholePath = true;
  if (!t.take("sync") || !t.take("aligned"))
    return t.unsupported();
  auto *op = t.keep<Multiply>();
  op->saturate = t.take("satfinite");
  const Shape *shape = takeShape(t, *op);
  if (!shape || !t.expectOperands(4) || !typesFit(*op))
    return t.unsupported();
  op->a.rows = op->c.rows = op->d.rows = shape->m;
  op->a.columns = op->b.rows = shape->k;
  op->b.columns = op->c.columns = op->d.columns = shape->n;
  op->b.transposed = true;
  op->c.paired = op->d.paired = op->d.type != Type::F16;
  if (!bindFragment(t, t.operand(1), op->a, op->a.registerCount(), false) ||
      !bindFragment(t, t.operand(2), op->b, op->b.registerCount(), false) ||
      !bindFragment(t, t.operand(3), op->c, op->c.registerCount(), false) ||
      !bindFragment(t, t.operand(0), op->d, op->d.registerCount(), true))
    return false;
  t.emit(multiplyHandler(op->a.type, t.program.exact)).imm =
      reinterpret_cast<uint64_t>(op);
  return true;
}

void brt::emu::addMatrixOps(OpcodeTable &table) { table["mma"] = translateMma; }
