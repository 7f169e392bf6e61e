import CKernels

/// How the columns of a GEMM are cut into panels of 1 to 3 vectors: the widths that waste the fewest columns, wide ones
/// first.
struct GemmPanels: Sendable {
    let columns: Int
    /// Padded columns a panel.
    let width: Int
    let count: Int
    private let vectors: Int
    private let kernels: KernelTable

    init(columns: Int, kernels: KernelTable) {
        let vector = Int(kernels.pointer.pointee.vector), most = Int(kernels.pointer.pointee.panel)
        func padded(_ vectors: Int) -> Int { (columns + vectors * vector - 1) / (vectors * vector) * vectors * vector }
        vectors = (1...most).reversed().min { padded($0) < padded($1) }!
        self.columns = columns
        self.kernels = kernels
        width = vectors * vector
        count = (columns + width - 1) / width
    }

    /// The columns of one panel.
    func columns(_ panel: Int) -> Range<Int> { panel * width..<min(columns, (panel + 1) * width) }

    /// Bytes of all panels for an inner dimension.
    func byteCount(depth: Int) -> Int { count * width * depth * 4 }

    func run(_ arguments: inout tessera_gemm) {
        switch vectors {
        case 1: kernels.pointer.pointee.gemm1(&arguments)
        case 2: kernels.pointer.pointee.gemm2(&arguments)
        default: kernels.pointer.pointee.gemm3(&arguments)
        }
    }

    /// Packs one panel: row k, column n is `element(k, n)`; padding columns are 0.
    func pack(
        _ panel: Int, depth: Int, into target: UnsafeMutablePointer<Float>,
        _ element: (_ k: Int, _ column: Int) -> Float
    ) {
        let range = columns(panel)
        for k in 0..<depth {
            let row = target + k * width
            for (position, column) in range.enumerated() { row[position] = element(k, column) }
            for position in range.count..<width { row[position] = 0 }
        }
    }
}
