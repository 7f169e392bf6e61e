import TesseraTensors

/// A run of elements: where each operand begins, and whether it steps (1) or stays (0).
struct ElementRun {
    struct Operand {
        let base: UnsafeMutableRawPointer
        let stride: Int
    }
    let operands: UnsafePointer<Operand>
    let output: UnsafeMutableRawPointer
    let count: Int

    func floats(_ operand: Int) -> UnsafePointer<Float> {
        UnsafePointer(operands[operand].base.assumingMemoryBound(to: Float.self))
    }
    func flags(_ operand: Int) -> UnsafePointer<UInt8> {
        UnsafePointer(operands[operand].base.assumingMemoryBound(to: UInt8.self))
    }
    func stride(_ operand: Int) -> Int { operands[operand].stride }
    var floats: UnsafeMutablePointer<Float> { output.assumingMemoryBound(to: Float.self) }
    var flags: UnsafeMutablePointer<UInt8> { output.assumingMemoryBound(to: UInt8.self) }
}

typealias ElementKernel = @Sendable (ElementRun) -> Void

/// An element-wise kernel over images, whose operands may be repeated along any axis.
struct ElementwiseStage: Sendable {
    /// How an operand is walked along a row of the output.
    private enum Walk: Sendable {
        /// Element by element with the output.
        case steps
        /// One element for the whole row.
        case stays
        /// Pixel by pixel: its channels repeated for every pixel, or its one channel for every channel.
        case pixels(repeatsColumns: Bool, repeatsChannels: Bool)
    }
    private let operands: [ImageLayout]
    private let walks: [Walk]
    private let output: ImageLayout
    private let kernel: ElementKernel

    /// Nil where the output is no image with its channels side by side, or an operand cannot be walked like it.
    init?(_ request: LoweringRequest, _ kernel: @escaping ElementKernel) {
        guard request.outputs[0].shape.count == 4, request.inputs.allSatisfy({ $0.shape.count <= 4 }) else {
            return nil
        }
        let output = ImageLayout(request.outputs[0]), operands = request.inputs.map { ImageLayout($0) }
        guard output.isChannelsLast, operands.allSatisfy(\.isChannelsLast) else { return nil }
        self.operands = operands
        self.output = output
        self.kernel = kernel
        walks = operands.map { operand in
            let columns = operand.width != output.width, channels = operand.channels != output.channels
            if !columns && !channels { return .steps }
            if columns && (channels || output.channels == 1) { return .stays }
            return .pixels(repeatsColumns: columns, repeatsChannels: channels)
        }
    }

    func stage(_ name: String, _ request: LoweringRequest) -> Stage {
        let work = self
        let isPlain = walks.allSatisfy { if case .pixels = $0 { false } else { true } }
        // Rows of the output follow one another in every operand too.
        let joins = zip(walks, operands).allSatisfy { walk, operand in
            switch walk {
            case .steps: operand.height == output.height
            case .stays: operand.height == 1
            case .pixels: false
            }
        }
        var stage = Stage(name, inputs: operands.map { $0 }, output: output) { window, memory, output in
            withUnsafeTemporaryAllocation(of: ElementRun.Operand.self, capacity: work.operands.count) { table in
                window.forEachRun(joining: joins && work.join(window, memory.inputs, output)) { y, x, pixels in
                    for pixel in stride(from: x, to: isPlain ? x + 1 : x + pixels, by: 1) {
                        work.fill(table, memory.inputs, y, pixel)
                        work.kernel(
                            ElementRun(
                                operands: UnsafePointer(table.baseAddress!), output: output.pixel(y, pixel),
                                count: (isPlain ? pixels : 1) * work.output.channels))
                    }
                }
            }
        }
        stage.inPlace = request.operandsLikeOutput
        return stage
    }

    private func join(_ window: RowWindow, _ inputs: UnsafePointer<Rows>, _ output: Rows) -> Bool {
        guard output.joins(window) else { return false }
        for (index, walk) in walks.enumerated() {
            if case .steps = walk, !inputs[index].joins(window) { return false }
        }
        return true
    }

    private func fill(
        _ table: UnsafeMutableBufferPointer<ElementRun.Operand>, _ inputs: UnsafePointer<Rows>, _ y: Int, _ x: Int
    ) {
        for (index, walk) in walks.enumerated() {
            let row = operands[index].height == 1 ? 0 : y
            table[index] =
                switch walk {
                case .steps: ElementRun.Operand(base: inputs[index].pixel(row, x), stride: 1)
                case .stays: ElementRun.Operand(base: inputs[index].pixel(row, 0), stride: 0)
                case .pixels(let repeatsColumns, let repeatsChannels):
                    ElementRun.Operand(
                        base: inputs[index].pixel(row, repeatsColumns ? 0 : x), stride: repeatsChannels ? 0 : 1)
                }
        }
    }
}

extension LoweringRequest {
    /// The inputs of the first output's shape and type: it may be written over them.
    var operandsLikeOutput: [Int] {
        inputs.indices.filter { inputs[$0].shape == outputs[0].shape && inputs[$0].element == outputs[0].element }
    }
}
