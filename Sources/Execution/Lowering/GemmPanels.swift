import CKernels

/// How the columns of a GEMM are cut into panels of 1 to 4 vectors: the widths that waste the fewest columns, wide ones
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

    /// One panel of a product. `call` holds the pixels, segments, depth, strides and bounds; `packed` and `c` are those
    /// of the panel, and `bias`, if any, of its first column.
    func run(
        _ call: tessera_gemm, panel: Int, packed: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>,
        bias: UnsafePointer<Float>?
    ) {
        var call = call
        call.columns = columns(panel).count
        call.b = packed
        call.c = c
        call.bias = bias
        switch vectors {
        case 1: kernels.pointer.pointee.gemm1(&call)
        case 2: kernels.pointer.pointee.gemm2(&call)
        case 3: kernels.pointer.pointee.gemm3(&call)
        default: kernels.pointer.pointee.gemm4(&call)
        }
    }

    /// All panels of a window over a run of pixels that are read one by one, a few pixels at a time, which stay in the
    /// cache.
    func runPointwise(
        _ input: Rows, _ output: Rows, _ window: RowWindow, depth: Int, packed: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?, epilogue: Epilogue = Epilogue(), addend: Rows? = nil
    ) {
        let piece = max(64, min(512, WorkSize.pixelFloats / max(depth, 1) / 8 * 8))
        var call = tessera_gemm()
        call.segments = 1
        call.depth = depth
        call.a_stride = input.pixelStride
        call.c_stride = output.pixelStride
        call.low = epilogue.low
        call.high = epilogue.high
        call.addend_stride = addend?.pixelStride ?? 0
        let joins = input.joins(window) && output.joins(window) && addend?.joins(window) ?? true
        window.forEachRun(joining: joins) { y, x, pixels in
            for start in stride(from: 0, to: pixels, by: piece) {
                var a: UnsafePointer<Float>? = UnsafePointer(input.floats(y, x) + start * input.pixelStride)
                let c = output.floats(y, x) + start * output.pixelStride
                withUnsafePointer(to: &a) { a in
                    call.a = a
                    call.pixels = min(piece, pixels - start)
                    for panel in window.parts ?? 0..<count {
                        let first = columns(panel).lowerBound
                        call.addend = addend.map {
                            UnsafePointer($0.floats(y, x) + start * $0.pixelStride + first)
                        }
                        run(
                            call, panel: panel, packed: packed + panel * width * depth, c: c + first,
                            bias: bias.map { $0 + first })
                    }
                }
            }
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
