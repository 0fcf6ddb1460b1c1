//===- BrtBase.td - The dialect, its base classes and shared types --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_BASE_TD
#define BRT_BASE_TD

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/Brt/BrtInterfaces.td"

def Brt_Dialect : Dialect {
  let name = "brt";
  let cppNamespace = "::brt";
  let summary = "Block-recurrent transformers";
  let description = [{
    The `brt` dialect holds block-recurrent transformers (Hutchins et al.,
    NeurIPS 2022) at two levels.

    * *model*: `brt.model` and its layer ops. What a row of the paper's tables
      says is an attribute.
    * *cell*: the explicit graph on tensors, parameters as operands. The
      recurrence over blocks is one op, `brt.recurrence`, whose region is the
      block-recurrent cell.

    Shapes in these pages use one alphabet: B lanes, N segment, W window, S
    state vectors, E width, H heads, D head width, M feed-forward width, V
    vocabulary. B is the only extent that may be dynamic.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let dependentDialects = ["mlir::arith::ArithDialect",
                           "mlir::tensor::TensorDialect"];
  let extraClassDeclaration = [{
    /// Names of the attributes that describe arguments and results of entry
    /// points: what a tensor is, in a name of the scheme of docs/parameters.md.
    static llvm::StringRef getParameterAttrName() { return "brt.parameter"; }
    static llvm::StringRef getCarryAttrName() { return "brt.carry"; }
    static llvm::StringRef getInputAttrName() { return "brt.input"; }
    static llvm::StringRef getOutputAttrName() { return "brt.output"; }
    /// Of a result that is the gradient of the parameter it names.
    static llvm::StringRef getGradientAttrName() { return "brt.gradient"; }
    /// Of the state of the optimizer, such as "m/<parameter>".
    static llvm::StringRef getOptimizerAttrName() { return "brt.optimizer"; }
    /// Name of the attribute of an entry point.
    static llvm::StringRef getEntryAttrName() { return "brt.entry"; }
    /// Name of the module attribute that keeps the description of the model
    /// the entry points were made from.
    static llvm::StringRef getConfigAttrName() { return "brt.config"; }
  }];
}

def Brt_HasDefaults : NativeOpTrait<"HasDefaults"> {
  let cppNamespace = "::brt";
}

// Naming rule: a noun for a value, a verb for an effect; snake_case; the
// paper's words.
class Brt_Op<string mnemonic, list<Trait> traits = []>
    : Op<Brt_Dialect, mnemonic, traits # [Brt_HasDefaults]>;

/// An op of the level `cell` that states its adjoint.
def Brt_Differentiable
    : DeclareOpInterfaceMethods<Brt_DifferentiableOpInterface>;

/// An op of the level `cell` that infers the types of its results.
class Brt_InferredOp<string mnemonic, list<Trait> traits = []>
    : Brt_Op<mnemonic, !listconcat(traits, [Pure, InferTypeOpAdaptor])>;

/// A tensor of lanes. Only axis 0 may be dynamic; the bounds let a verifier
/// multiply two extents.
class Brt_LanesOf<list<Type> elements>
    : ConfinedType<RankedTensorOf<elements>,
        [CPred<"::brt::hasLanesShape(::llvm::cast<::mlir::RankedTensorType>($_self))">],
        RankedTensorOf<elements>.summary
          # " with static extents of 1 to 2^31 - 1 after the first">;

/// A tensor of parameters: static.
class Brt_ParameterOf<list<Type> elements>
    : ConfinedType<RankedTensorOf<elements>,
        [CPred<"::brt::hasParameterShape(::llvm::cast<::mlir::RankedTensorType>($_self))">],
        RankedTensorOf<elements>.summary
          # " with static extents of 1 to 2^31 - 1">;

def Brt_FloatTensor : Brt_LanesOf<[F64, F32, BF16]>;
def Brt_ParameterTensor : Brt_ParameterOf<[F64, F32, BF16]>;
def Brt_IndexTensor : Brt_LanesOf<[I32]>;
def Brt_FlagTensor : Brt_LanesOf<[I1]>;

/// An integer whose C++ type is signed, so that a verifier sees a minus sign.
def Brt_IntAttr
    : TypedSignlessIntegerAttrBase<I64, "int64_t", "64-bit integer attribute"> {
  let convertFromStorage = "$_self.getInt()";
}

#endif // BRT_BASE_TD
