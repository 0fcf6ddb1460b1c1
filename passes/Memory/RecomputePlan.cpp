//===- RecomputePlan.cpp - What is computed twice to save memory ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RecomputePlan.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace brt;

/// What a byte read or written costs, in FLOPs of products: their rates on the
/// machines at hand are 400 GFLOP/s and 20 GB/s.
static constexpr int64_t kFlopsPerByte = 20;
/// Without a limit, at least a byte is saved for so many read or written.
static constexpr double kMostBytesForByte = 5;
/// A tensor that is this many times smaller than one that is computed again
/// from it is kept rather than computed again too.
static constexpr int64_t kSmall = 64;

namespace {
class Planner {
public:
  Planner(const TensorLives &lives, std::optional<int64_t> limit)
      : lives(lives), limit(limit) {
    plan.recomputed.assign(lives.getOps().size(), TensorLives::kNever);
    update();
    plan.bytesBefore = plan.bytesAfter = usage.empty() ? 0 : usage[peak];
    plan.flops = 0;
  }

  RecomputePlan run();

private:
  struct Candidate {
    unsigned op;
    double score;
  };
  void update();
  bool isDone() const {
    return usage.empty() || (limit && usage[peak] <= *limit);
  }
  bool mayRecompute(unsigned number) const;
  SmallVector<unsigned> getInits(unsigned number) const;
  bool isKeptOverPeak(unsigned number) const;
  SmallVector<unsigned> getClosure(unsigned number) const;
  bool isOnlyNeededLater(unsigned number) const;
  int64_t getFlops(unsigned number) const;
  int64_t getCost(unsigned number) const;
  double getExcess(ArrayRef<int64_t> bytes) const;
  double getScore(unsigned number);
  void take(unsigned number);

  const TensorLives &lives;
  std::optional<int64_t> limit;
  RecomputePlan plan;
  /// Of the plan so far.
  std::vector<int64_t> usage;
  std::vector<unsigned> times;
  unsigned peak = 0;
};
} // namespace

void Planner::update() {
  times = lives.getTimes(plan.recomputed);
  usage = lives.getUsage(plan.recomputed);
  peak = llvm::max_element(usage) - usage.begin();
}

bool Planner::mayRecompute(unsigned number) const {
  const TensorLives::Op &op = lives.getOps()[number];
  return plan.recomputed[number] == TensorLives::kNever &&
         !op.results.empty() && isMemoryEffectFree(op.op) &&
         (limit || op.flops == 0 || isOnlyNeededLater(number)) &&
         llvm::all_of(getInits(number), [&](unsigned init) {
           return lives.getOps()[init].flops == 0;
         });
}

/// Whether all uses are behind the peak, so that the op is rather moved there
/// than computed twice.
bool Planner::isOnlyNeededLater(unsigned number) const {
  return number < peak &&
         llvm::all_of(
             lives.getOps()[number].results,
             [&](unsigned result) {
               return llvm::all_of(
                   lives.getTensors()[result].users, [&](unsigned user) {
                     return user > peak &&
                            (times[user] == TensorLives::kNever ||
                             times[user] > peak);
                   });
             });
}

/// The makers of the values that a recurrence starts with. Since it overwrites
/// them, it is computed again with values of its own.
SmallVector<unsigned> Planner::getInits(unsigned number) const {
  SmallVector<unsigned> makers;
  if (auto loop = dyn_cast<RecurrenceOp>(lives.getOps()[number].op))
    for (Value init : loop.getInits())
      if (std::optional<unsigned> tensor = lives.find(init))
        makers.push_back(lives.getTensors()[*tensor].maker);
  return makers;
}

/// Whether a result is made before the peak, needed behind it, and not at it.
bool Planner::isKeptOverPeak(unsigned number) const {
  if (number >= peak)
    return false;
  bool kept = false;
  for (unsigned result : lives.getOps()[number].results)
    for (unsigned user : lives.getTensors()[result].users) {
      if (user == peak || times[user] == peak)
        return false;
      kept |= user > peak || times[user] > peak;
    }
  return kept;
}

/// The op and those that make operands of it which would not be there when it
/// is computed again.
SmallVector<unsigned> Planner::getClosure(unsigned number) const {
  SmallVector<unsigned> closure = {number};
  auto isThere = [&](const TensorLives::Tensor &tensor) {
    return plan.recomputed[tensor.maker] != TensorLives::kNever ||
           llvm::any_of(tensor.users, [&](unsigned user) {
             return user > peak || times[user] > peak;
           });
  };
  for (unsigned i = 0; i < closure.size(); ++i) {
    const TensorLives::Op &op = lives.getOps()[closure[i]];
    int64_t bytes = 0;
    for (unsigned result : op.results)
      bytes += lives.getTensors()[result].bytes;
    SmallVector<unsigned> makers = getInits(closure[i]);
    for (unsigned operand : op.operands)
      if (const TensorLives::Tensor &tensor = lives.getTensors()[operand];
          !isThere(tensor) && tensor.bytes * kSmall > bytes)
        makers.push_back(tensor.maker);
    for (unsigned maker : makers)
      if (mayRecompute(maker) && !llvm::is_contained(closure, maker))
        closure.push_back(maker);
  }
  return closure;
}

int64_t Planner::getFlops(unsigned number) const {
  return isOnlyNeededLater(number) ? 0 : lives.getOps()[number].flops;
}

int64_t Planner::getCost(unsigned number) const {
  if (isOnlyNeededLater(number))
    return 1;
  const TensorLives::Op &op = lives.getOps()[number];
  int64_t bytes = 0;
  for (unsigned tensor : llvm::concat<const unsigned>(op.operands, op.results))
    bytes += lives.getTensors()[tensor].bytes;
  return getFlops(number) + kFlopsPerByte * bytes;
}

/// What is too much: bytes above the limit, for as long as they are, or those
/// at the peak.
double Planner::getExcess(ArrayRef<int64_t> bytes) const {
  if (!limit)
    return static_cast<double>(*llvm::max_element(bytes));
  double excess = 0;
  for (int64_t now : bytes)
    excess += static_cast<double>(std::max<int64_t>(0, now - *limit));
  return excess;
}

double Planner::getScore(unsigned number) {
  if (!mayRecompute(number) || !isKeptOverPeak(number))
    return 0;
  SmallVector<unsigned> closure = getClosure(number);
  TensorLives::Recomputed trial = plan.recomputed;
  int64_t cost = 0;
  for (unsigned op : closure) {
    trial[op] = peak;
    cost += getCost(op);
  }
  double saved = getExcess(usage) - getExcess(lives.getUsage(trial));
  double score = saved / static_cast<double>(cost);
  bool isWorth = limit || score * kFlopsPerByte * kMostBytesForByte >= 1;
  return isWorth ? score : 0;
}

void Planner::take(unsigned number) {
  for (unsigned op : getClosure(number)) {
    plan.recomputed[op] = peak;
    plan.flops += getFlops(op);
  }
  update();
}

RecomputePlan Planner::run() {
  bool advanced = true;
  while (advanced && !isDone()) {
    advanced = false;
    std::vector<Candidate> heap;
    auto isWorse = [](const Candidate &a, const Candidate &b) {
      return std::pair(a.score, b.op) < std::pair(b.score, a.op);
    };
    for (unsigned op = 0; op < lives.getOps().size(); ++op)
      if (double score = getScore(op); score > 0)
        heap.push_back({op, score});
    std::make_heap(heap.begin(), heap.end(), isWorse);
    while (!heap.empty() && !isDone()) {
      std::pop_heap(heap.begin(), heap.end(), isWorse);
      Candidate best = heap.back();
      heap.pop_back();
      best.score = getScore(best.op);
      if (best.score <= 0)
        continue;
      if (!heap.empty() && isWorse(best, heap.front())) {
        heap.push_back(best);
        std::push_heap(heap.begin(), heap.end(), isWorse);
        continue;
      }
      take(best.op);
      advanced = true;
    }
  }
  plan.bytesAfter = usage.empty() ? 0 : usage[peak];
  return plan;
}

RecomputePlan brt::planRecomputation(const TensorLives &lives,
                                     std::optional<int64_t> limit) {
  return Planner(lives, limit).run();
}
