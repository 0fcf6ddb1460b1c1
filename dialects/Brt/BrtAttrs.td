//===- BrtAttrs.td - Enumerations of the dialect --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_ATTRS_TD
#define BRT_ATTRS_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "dialects/Brt/BrtBase.td"

/// `symbols` are the C++ enumerators, `keywords` what is written in IR.
class Brt_Enum<string name, string summary, list<string> symbols,
               list<string> keywords>
    : I32EnumAttr<name, summary,
        !foreach(i, !range(!size(symbols)),
          I32EnumAttrCase<symbols[i], i, keywords[i]>)> {
  let cppNamespace = "::brt";
  let genSpecializedAttr = 0;
}

class Brt_EnumAttr<EnumInfo info, string mnemonic>
    : EnumAttr<Brt_Dialect, info, mnemonic>;

def Brt_GateKind : Brt_Enum<"GateKind", "Gate between old and new state (6.1)",
    ["Fixed", "LSTM", "Full", "Residual"],
    ["fixed", "lstm", "full", "residual"]>;
def Brt_GateKindAttr : Brt_EnumAttr<Brt_GateKind, "gate_kind">;

def Brt_Configuration : Brt_Enum<"Configuration",
    "Parts of the horizontal direction that exist (6.2)",
    ["Dual", "Single", "Skip"],
    ["dual", "single", "skip"]>;
def Brt_ConfigurationAttr : Brt_EnumAttr<Brt_Configuration, "configuration">;

def Brt_NormKind : Brt_Enum<"NormKind", "Normalisation (2.1)",
    ["RMS", "Layer"],
    ["rms", "layer"]>;
def Brt_NormKindAttr : Brt_EnumAttr<Brt_NormKind, "norm_kind">;

def Brt_ActivationKind : Brt_Enum<"ActivationKind", "Activation (2.2)",
    ["None", "ReLU", "Swish", "Sigmoid", "Tanh", "Softmax", "GELU", "SwiGLU"],
    ["none", "relu", "swish", "sigmoid", "tanh", "softmax", "gelu", "swiglu"]>;
def Brt_ActivationKindAttr : Brt_EnumAttr<Brt_ActivationKind, "activation_kind">;

def Brt_PositionBias : Brt_Enum<"PositionBias",
    "Position information in token self-attention (3.3)",
    ["None", "T5", "Rotary", "Fourier", "ALiBi", "NN"],
    ["none", "t5", "rotary", "fourier", "alibi", "nn"]>;
def Brt_PositionBiasAttr : Brt_EnumAttr<Brt_PositionBias, "position_bias">;

def Brt_Temperature : Brt_Enum<"Temperature",
    "Whether a learned temperature counts by its absolute value (3.1)",
    ["Absolute", "Signed"],
    ["absolute", "signed"]>;
def Brt_TemperatureAttr : Brt_EnumAttr<Brt_Temperature, "temperature">;

def Brt_LogitScale : Brt_Enum<"LogitScale", "Divisor of the logits (2)",
    ["SqrtWidth", "SqrtVocab"],
    ["sqrt_width", "sqrt_vocab"]>;
def Brt_LogitScaleAttr : Brt_EnumAttr<Brt_LogitScale, "logit_scale">;

def Brt_LossMask : Brt_Enum<"LossMask", "Loss mask given as an input (2)",
    ["None", "Input", "Shifted"],
    ["none", "input", "shifted"]>;
def Brt_LossMaskAttr : Brt_EnumAttr<Brt_LossMask, "loss_mask">;

def Brt_Precision : Brt_Enum<"Precision", "Precision policy",
    ["F32", "BF16", "F64"],
    ["f32", "bf16", "f64"]>;
def Brt_PrecisionAttr : Brt_EnumAttr<Brt_Precision, "precision">;

def Brt_Distribution : Brt_Enum<"Distribution", "Distribution to draw from (7)",
    ["Normal", "TruncatedNormal"],
    ["normal", "truncated_normal"]>;
def Brt_DistributionAttr : Brt_EnumAttr<Brt_Distribution, "distribution">;

#endif // BRT_ATTRS_TD
