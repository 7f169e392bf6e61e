import CKernels

/// One entry a kernel of the manifest; a test finds the missing ones.
extension KernelBenchmark {
    typealias Entry = @Sendable (_ kernels: tessera_kernels, _ memory: Memory) -> Work

    static let entries: [String: Entry] = [
        "gemm1": { gemm($0.gemm1, vectors: 1, $0, $1) },
        "gemm2": { gemm($0.gemm2, vectors: 2, $0, $1) },
        "gemm3": { gemm($0.gemm3, vectors: 3, $0, $1) },
        "gemm4": { gemm($0.gemm4, vectors: 4, $0, $1) },
        "gemm_transposed": { gemmTransposed($0, $1) },
        "depthwise": { depthwise($0.depthwise, stride: 1, $1) },
        "depthwise_input_gradient": { depthwise($0.depthwise_input_gradient, stride: 2, $1) },
        "depthwise_weight_gradient": { depthwise($0.depthwise_weight_gradient, stride: 1, $1) },
        "max_pool": { pool($0.max_pool, $1) },
        "average_pool": { pool($0.average_pool, $1) },
        "max_pool_gradient": { poolGradient($0.max_pool_gradient, readsX: true, $1) },
        "average_pool_gradient": { poolGradient($0.average_pool_gradient, readsX: false, $1) },
        "moments": { kernels, memory in
            let x = memory.floats(pixels * channels), sums = memory.doubles(2 * channels)
            return sweep(operands: 1) { kernels.moments(x, channels, pixels, channels, sums, sums + channels) }
        },
        "channel_sums": { kernels, memory in
            let x = memory.floats(pixels * channels), sums = memory.doubles(channels)
            return sweep(operands: 1) { kernels.channel_sums(x, channels, pixels, channels, sums) }
        },
        "scale_shift": { kernels, memory in
            let x = memory.floats(pixels * channels), y = memory.floats(pixels * channels)
            let scale = memory.floats(channels), shift = memory.floats(channels)
            return sweep(operands: 2) {
                kernels.scale_shift(x, channels, scale, shift, 0, .infinity, y, channels, pixels, channels)
            }
        },
        "norm_gradient_sums": { kernels, memory in
            let x = memory.floats(pixels * channels), dy = memory.floats(pixels * channels)
            let mean = memory.floats(channels), sums = memory.doubles(2 * channels)
            return sweep(operands: 2) {
                kernels.norm_gradient_sums(
                    dy, channels, x, channels, mean, mean, mean, true, pixels, channels, sums, sums + channels)
            }
        },
        "norm_gradient": { kernels, memory in
            let x = memory.floats(pixels * channels), dy = memory.floats(pixels * channels)
            let dx = memory.floats(pixels * channels), a = memory.floats(channels)
            return sweep(operands: 3) {
                kernels.norm_gradient(dy, channels, x, channels, a, a, true, a, a, a, dx, channels, pixels, channels)
            }
        },
        "binary": { kernels, memory in
            let a = memory.floats(elements), b = memory.floats(elements), y = memory.floats(elements)
            return pass(bytes: 12) { kernels.binary(TESSERA_add, a, 1, b, 1, y, elements) }
        },
        "unary": { kernels, memory in
            let x = memory.floats(elements), y = memory.floats(elements)
            return pass(bytes: 8) { kernels.unary(TESSERA_sigmoid, x, 0, 0, y, elements) }
        },
        "compare": { kernels, memory in
            let a = memory.floats(elements), b = memory.floats(elements), y = memory.flags(elements)
            return pass(bytes: 9) { kernels.compare(TESSERA_less, a, 1, b, 1, y, elements) }
        },
        "select": { kernels, memory in
            let a = memory.floats(elements), b = memory.floats(elements), y = memory.floats(elements)
            let condition = memory.flags(elements)
            return pass(bytes: 13) { kernels.select(condition, 1, a, 1, b, 1, y, elements) }
        },
        "clip": { kernels, memory in
            let x = memory.floats(elements), y = memory.floats(elements)
            return pass(bytes: 8) { kernels.clip(x, -0.5, 0.5, y, elements) }
        },
        "clip_gradient": { kernels, memory in
            let x = memory.floats(elements), dy = memory.floats(elements), dx = memory.floats(elements)
            return pass(bytes: 12) { kernels.clip_gradient(dy, x, -0.5, 0.5, dx, elements) }
        },
        "layer_norm": { kernels, memory in
            let x = memory.floats(pixels * channels), y = memory.floats(pixels * channels)
            let scale = memory.floats(channels)
            return sweep(operands: 2) { kernels.layer_norm(x, scale, scale, 1e-5, y, pixels, channels) }
        },
        "softmax": { kernels, memory in
            let x = memory.floats(pixels * channels), y = memory.floats(pixels * channels)
            return sweep(operands: 2) { kernels.softmax(x, false, y, pixels, channels) }
        },
        "winograd_input": { kernels, memory in
            var call = tessera_winograd_input()
            call.rows = UnsafePointer(memory.rows(6, floats: 66 * channels))
            (call.width, call.pad, call.tiles, call.channels, call.in_stride) = (64, 1, 16, channels, channels)
            (call.plane_stride, call.tile_stride) = (16 * channels, channels)
            call.out = memory.floats(36 * 16 * channels)
            return Work(size: "16 tiles × \(channels)", amount: .bytes(4 * 72 * 16 * channels)) {
                kernels.winograd_input(&call)
            }
        },
        "winograd_output": { kernels, memory in
            var call = tessera_winograd_output()
            call.in = UnsafePointer(memory.floats(36 * 16 * channels))
            (call.plane_stride, call.tile_stride) = (16 * channels, channels)
            (call.tiles, call.end, call.channels) = (16, 64, channels)
            call.rows = UnsafePointer(memory.mutableRows(4, floats: 64 * channels))
            call.addend = UnsafePointer(memory.rows(4, floats: 64 * channels))
            (call.out_stride, call.addend_stride, call.high) = (channels, channels, .infinity)
            return Work(size: "16 tiles × \(channels)", amount: .bytes(4 * 68 * 16 * channels)) {
                kernels.winograd_output(&call)
            }
        },
        "multiply_adds": { kernels, memory in
            let sums = memory.floats(192)
            return Work(size: "192, 10,000 times", amount: .operations(2 * 192 * 10_000)) {
                kernels.multiply_adds(10_000, 0.75, 0.25, sums, 192)
            }
        },
    ]

    /// A piece of an activation, as sweeps take it.
    private static let pixels = 256, channels = 96, elements = 16_384

    private static func sweep(operands: Int, _ call: @escaping () -> Void) -> Work {
        Work(size: "\(pixels) px × \(channels)", amount: .bytes(4 * operands * pixels * channels), call: call)
    }

    private static func pass(bytes: Int, _ call: @escaping () -> Void) -> Work {
        Work(size: "\(elements)", amount: .bytes(bytes * elements), call: call)
    }

    private static func gemm(
        _ run: @escaping (UnsafePointer<tessera_gemm>?) -> Void, vectors: Int, _ kernels: tessera_kernels,
        _ memory: Memory
    ) -> Work {
        let pixels = 128, depth = 96, columns = vectors * Int(kernels.vector)
        var call = tessera_gemm()
        call.pixels = pixels
        call.segments = 1
        call.depth = depth
        call.columns = columns
        call.a = UnsafePointer(memory.rows(1, floats: pixels * depth))
        call.a_stride = depth
        call.b = UnsafePointer(memory.floats(depth * columns))
        call.c = memory.floats(pixels * columns)
        call.c_stride = columns
        call.low = -.infinity
        call.high = .infinity
        return Work(
            size: "\(pixels) × \(depth) × \(columns)", amount: .operations(2 * pixels * depth * columns),
            call: { withUnsafePointer(to: call) { run($0) } })
    }

    private static func gemmTransposed(_ kernels: tessera_kernels, _ memory: Memory) -> Work {
        let count = 256, rows = 48, columns = 144
        let a = memory.floats(count * rows), b = memory.floats(count * columns), c = memory.floats(rows * columns)
        return Work(
            size: "\(rows) × \(count) × \(columns)", amount: .operations(2 * rows * count * columns),
            call: { kernels.gemm_transposed(count, a, rows, rows, b, columns, columns, c, columns) })
    }

    /// 3 × 3 over a row; with a stride of 2 the backward form, from half as many pixels.
    private static func depthwise(
        _ run: @escaping (UnsafePointer<tessera_depthwise>?) -> Void, stride: Int, _ memory: Memory
    ) -> Work {
        let pixels = 64, channels = 144
        var call = tessera_depthwise()
        call.rows = UnsafePointer(memory.rows(3, floats: pixels * channels))
        call.kernel_rows = 3
        call.kernel_columns = 3
        call.stride = stride
        call.dilation = 1
        call.pad = 1
        call.width = pixels / stride
        call.pixels = pixels
        call.channels = channels
        call.in_stride = channels
        call.out_stride = channels
        call.weights = UnsafePointer(memory.floats(9 * channels))
        call.out = memory.floats(pixels * channels)
        call.low = -.infinity
        call.high = .infinity
        call.dy = UnsafePointer(memory.floats(pixels * channels))
        call.dy_stride = channels
        return Work(
            size: "3×3/\(stride), \(pixels) px × \(channels)",
            amount: .operations(2 * 9 * pixels / stride * channels),
            call: { withUnsafePointer(to: call) { run($0) } })
    }

    /// 3 × 3 with a stride of 2.
    private static func pool(_ run: @escaping (UnsafePointer<tessera_pool>?) -> Void, _ memory: Memory) -> Work {
        let width = 128, pixels = 64, channels = 48
        var call = tessera_pool()
        call.rows = UnsafePointer(memory.rows(3, floats: width * channels))
        call.row_count = 3
        call.kernel_columns = 3
        call.stride = 2
        call.dilation = 1
        call.pad = 1
        call.width = width
        call.pixels = pixels
        call.channels = channels
        call.in_stride = channels
        call.out_stride = channels
        call.column_cells = 3
        call.row_cells = UnsafePointer(memory.floats(pixels))
        call.out = memory.floats(pixels * channels)
        return Work(
            size: "3×3/2, \(pixels) px × \(channels)", amount: .bytes(4 * (3 * width + pixels) * channels),
            call: { withUnsafePointer(to: call) { run($0) } })
    }

    private static func poolGradient(
        _ run: @escaping (UnsafePointer<tessera_pool_gradient>?) -> Void, readsX: Bool, _ memory: Memory
    ) -> Work {
        let width = 128, pixels = 64, channels = 48
        var call = tessera_pool_gradient()
        call.x_rows = UnsafePointer(memory.rows(3, floats: width * channels))
        call.dy = UnsafePointer(memory.floats(pixels * channels))
        call.dx_rows = UnsafePointer(memory.mutableRows(3, floats: width * channels))
        call.row_count = 3
        call.kernel_columns = 3
        call.stride = 2
        call.dilation = 1
        call.pad = 1
        call.width = width
        call.pixels = pixels
        call.channels = channels
        call.x_stride = channels
        call.dy_stride = channels
        call.dx_stride = channels
        call.last_column = call.width
        call.column_cells = 3
        call.row_cells = UnsafePointer(memory.floats(pixels))
        let rows = readsX ? 3 : 2
        return Work(
            size: "3×3/2, \(pixels) px × \(channels)", amount: .bytes(4 * (3 * rows * width + pixels) * channels),
            call: { withUnsafePointer(to: call) { run($0) } })
    }
}
