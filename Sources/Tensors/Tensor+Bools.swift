extension Tensor {
    /// The tensor with bytes of bools other than 0 and 1, which Swift's Bool does not have, turned into 1: for what was
    /// read from a file.
    package func withPlainBools() -> Tensor {
        guard element == .bool else { return self }
        return Tensor(withUnsafeBytes { $0.map { $0 != 0 } }, shape: shape)
    }
}
