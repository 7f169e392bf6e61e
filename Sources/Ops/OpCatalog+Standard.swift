import TesseraIR

extension OpCatalog {
    /// Every op of the engine: one line each.
    public static let standard = OpCatalog([
        // Model ops
        Absolute.self,
        Add.self,
        AveragePool.self,
        BatchNormalization.self,
        BroadcastTo.self,
        Cast.self,
        Clip.self,
        Concat.self,
        Convolution.self,
        Divide.self,
        ErrorFunction.self,
        Exponential.self,
        ExponentialLinear.self,
        Gather.self,
        Gelu.self,
        HardSigmoid.self,
        HardSwish.self,
        HyperbolicTangent.self,
        LayerNormalization.self,
        LeakyRelu.self,
        Less.self,
        Linear.self,
        LogSoftmax.self,
        MatrixMultiply.self,
        MaxPool.self,
        Maximum.self,
        Minimum.self,
        Multiply.self,
        NaturalLogarithm.self,
        Negate.self,
        PRelu.self,
        Pad.self,
        Power.self,
        Reciprocal.self,
        ReduceMaximum.self,
        ReduceMean.self,
        ReduceMinimum.self,
        ReduceSum.self,
        Relu.self,
        Reshape.self,
        Sigmoid.self,
        Sign.self,
        Slice.self,
        Softmax.self,
        Softplus.self,
        SquareRoot.self,
        Subtract.self,
        Transpose.self,
        Where.self,
        // Derived ops: they appear in training and lowering
        AdamUpdate.self,
        AveragePoolGradient.self,
        BatchNormalizationGradient.self,
        BatchNormalizationGradientSums.self,
        ChannelMoments.self,
        ClipFactor.self,
        ClipGradient.self,
        ConvolutionInputGradient.self,
        ConvolutionWeightGradient.self,
        FoldedNorm.self,
        GatherGradient.self,
        Increment.self,
        MaxPoolGradient.self,
        MovingAverage.self,
        ReluGradient.self,
        RequireFinite.self,
        SGDUpdate.self,
        SliceGradient.self,
        // Fused ops: made by passes, defined by what they expand to
        ChannelShuffle.self,
        ConcatNormRelu.self,
        ConvolutionAddClip.self,
        ConvolutionClip.self,
        MatrixMultiplyAdd.self,
        NormRelu.self,
        NormReluGradient.self,
        NormReluGradientSums.self,
        Silu.self,
    ])

    /// Every ONNX operator that is read and has no op of its own: one line each.
    public static let expandedOperators: [any ExpandedOperator.Type] = [
        ConstantOperator.self,
        DropoutOperator.self,
        IdentityOperator.self,
        LocalResponseOperator.self,
        ShapeOperator.self,
        SplitOperator.self,
        SqueezeOperator.self,
        SwishOperator.self,
        UnsqueezeOperator.self,
    ]

    /// Every rule by which an ONNX operator is read, by operator type.
    public var onnxRules: [String: [ONNXRule]] {
        Dictionary(
            grouping: types.flatMap { ($0 as? any ONNXImportable.Type)?.onnxRules ?? [] }
                + Self.expandedOperators.flatMap { $0.onnxRules },
            by: \.operatorType)
    }
}
