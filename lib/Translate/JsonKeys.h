//===- JsonKeys.h - Keys of the JSON description of a model -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_JSONKEYS_H
#define BRT_LIB_TRANSLATE_JSONKEYS_H

#include "brt/dialects/Brt/BrtOptions.h"

namespace brt {

/// The op whose option a key is.
enum class JsonOwner { Model, Embedding, Recurrent, Head };

/// A key that is one option of one op.
struct JsonKey {
  llvm::StringRef name;
  JsonOwner owner;
  llvm::StringRef option;
  /// Whether a description without it is an error: nobody means a default size.
  bool isRequired = false;
  /// For options of recurrent layers, the JSON value that a model without such
  /// a layer has.
  llvm::StringRef absent = {};
};

/// The keys that are options, in the order in which they are written.
llvm::ArrayRef<JsonKey> getJsonKeys();

/// The option that `key` is.
const Option &getJsonOption(const JsonKey &key);

/// Whether `name` is part of a description but no option of its own: the
/// layers, the name, and what is said in other words than the dialect's.
bool isJsonSpecialKey(llvm::StringRef name);

/// Whether `name` is a fact about a run of the model (its lanes, its optimizer,
/// what came out), which a description may hold and a model has no place for.
bool isJsonRunFact(llvm::StringRef name);

/// Length of the parameter vector of Fourier positions in the official code,
/// which is fixed (brt-spec 3.3).
constexpr int64_t kFourierVectorSize = 128;

} // namespace brt

#endif // BRT_LIB_TRANSLATE_JSONKEYS_H
