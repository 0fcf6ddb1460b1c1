//===- BucketCheck.cpp - The T5 bucket of every distance ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Checks.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

/// The bucket of distances 0 ... count - 1 by the evaluator: the bias of a
/// table that holds the number of each bucket.
static FailureOr<Tensor<double>> evaluateBuckets(MLIRContext *context,
                                                 int64_t count) {
  std::string type = ("tensor<1x" + Twine(count) + "xf64>").str();
  std::string text =
      "func.func @buckets(%table: tensor<1x32xf64>) -> " + type +
      " {\n"
      "  %0 = brt.relative_bias t5 (%table) {first_distance = 0 : i64}"
      " : (tensor<1x32xf64>) -> " +
      type +
      "\n"
      "  return %0 : " +
      type + "\n}\n";
  auto module = parseSourceString<ModuleOp>(text, context);
  if (!module)
    return failure();
  auto table = Tensor<double>::ofReals({1, 32});
  for (auto [bucket, x] : llvm::enumerate(table.getReals()))
    x = bucket;
  auto results = evaluateFunction(*module->getOps<func::FuncOp>().begin(),
                                  table, Arithmetic::F64);
  if (failed(results))
    return failure();
  return results->front();
}

llvm::Expected<int64_t> golden::checkBuckets(MLIRContext *context,
                                             StringRef text) {
  llvm::Expected<llvm::json::Value> json = llvm::json::parse(text);
  if (!json)
    return json.takeError();
  const llvm::json::Object *object = json->getAsObject();
  const llvm::json::Array *distances =
      object ? object->getArray("distance") : nullptr;
  const llvm::json::Array *buckets =
      object ? object->getArray("bucket") : nullptr;
  if (!distances || !buckets || distances->size() != buckets->size())
    return llvm::createStringError(
        "expects buckets.json to have equally long 'distance' and 'bucket'");
  FailureOr<Tensor<double>> evaluated =
      evaluateBuckets(context, distances->size());
  if (failed(evaluated))
    return llvm::createStringError("cannot evaluate brt.relative_bias");

  for (auto [n, pair] : llvm::enumerate(llvm::zip(*distances, *buckets))) {
    auto [distance, bucket] = pair;
    int64_t expected = bucket.getAsInteger().value_or(-1);
    if (distance.getAsInteger() != int64_t(n))
      return llvm::createStringError("expects distances 0, 1, 2, ...");
    int64_t got = RelativeBiasOp::getBucket(n);
    if (got != expected || (*evaluated)(0, n) != double(expected))
      return llvm::createStringError(
          "expects distance " + Twine(n) + " in bucket " + Twine(expected) +
          ", but got " + Twine(got) + " from the dialect and " +
          Twine(int64_t((*evaluated)(0, n))) + " from the evaluator");
  }
  return int64_t(distances->size());
}
