/// The ops a parser or a test can meet, by mnemonic. The structural ones are always there.
public struct OpCatalog: Sendable {
    public let types: [any Op.Type]
    private let byMnemonic: [String: any Op.Type]

    public init(_ types: [any Op.Type]) {
        self.types = [Input.self, State.self, Constant.self] + types
        byMnemonic = Dictionary(self.types.map { ($0.mnemonic, $0) }) { first, _ in
            fatalError("two ops are called \(first.mnemonic)")
        }
    }

    public subscript(mnemonic: String) -> (any Op.Type)? { byMnemonic[mnemonic] }
}
