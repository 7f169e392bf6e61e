import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors

/// What copies share: they follow the layout that is given, for elements of any type.
protocol CopyLowerable: Lowerable {}

extension CopyLowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        guard (inputs + outputs).allSatisfy({ $0.shape != nil }) else { return nil }
        let layout: Layout = inputs[0].rank == 4 && given.contains(.channelsLast) ? .channelsLast : .dense
        return LayoutChoice(inputs: inputs.map { _ in layout }, outputs: [layout])
    }
}

extension Concat: CopyLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        if let footprints = imageFootprints(request) { return .stage(stage(request, footprints)) }
        let output = request.outputs[0], along = axis < 0 ? axis + output.shape.count : axis
        // Of a batch or dense tensors: runs of whole operands, one after the other.
        // An operand that has the same bytes in both layouts may be called dense: the output decides.
        let rows = CopyRuns(output, axis: along)
        let runs = request.inputs.map { CopyRuns($0.lying(as: output), axis: along).runBytes }
        return .step(
            LoweredStep(
                kernel: "concat",
                phases: [
                    rows.phase { row, memory in
                        var target = memory.outputs[0] + row * rows.runBytes
                        for (input, run) in runs.enumerated() {
                            memcpy(target, memory.inputs[input] + row * run, run)
                            target += run
                        }
                    }
                ]))
    }

    /// Each operand's pixels go to their place in the output's; along rows and columns each has its own part of them.
    private func stage(_ request: LoweringRequest, _ footprints: [ImageFootprint]) -> Stage {
        let images = request.inputs.map { ImageLayout($0) }, output = ImageLayout(request.outputs[0])
        let joinsChannels = (axis < 0 ? axis + 4 : axis) == 1
        return Stage("concat", inputs: images, output: output) { window, memory, target in
            var offset = 0
            for (input, (image, footprint)) in zip(images, footprints).enumerated() {
                let source = memory.inputs[input]
                let rows = footprint.rows.range(of: window.rows, extent: image.height),
                    columns = footprint.columns.range(of: window.columns, extent: image.width)
                PixelCopy(bytes: image.pixelBytes).run(
                    rows, columns, from: { source.pixel($0, $1) }, stride: source.pixelBytes,
                    to: { target.pixel($0 - footprint.rows.first, $1 - footprint.columns.first) + offset },
                    stride: target.pixelBytes)
                if joinsChannels { offset += image.pixelBytes }
            }
        }
    }
}

extension Slice: CopyLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        let whole = request.inputs[0], along = axis < 0 ? axis + whole.shape.count : axis
        guard let places = SlicePlaces(self, whole, imageFootprints(request) != nil) else {
            return .step(SliceCopy(self, whole: whole, part: request.outputs[0], axis: along).gather)
        }
        let part = ImageLayout(request.outputs[0])
        return .stage(
            Stage("slice", inputs: [ImageLayout(whole)], output: part) { window, memory, target in
                let source = memory.inputs[0]
                PixelCopy(bytes: part.pixelBytes).run(
                    window.rows, window.columns, from: { places.pixel($0, $1, of: source) },
                    stride: source.pixelBytes * places.columns.step, to: { target.pixel($0, $1) },
                    stride: target.pixelBytes)
            })
    }
}

extension SliceGradient: CopyLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        let whole = request.outputs[0], along = slice.axis < 0 ? slice.axis + whole.shape.count : slice.axis
        let footprints = imageFootprints(request)
        guard let places = SlicePlaces(slice, whole, footprints != nil), let footprint = footprints?[0] else {
            return .step(SliceCopy(slice, whole: whole, part: request.inputs[0], axis: along).scatter)
        }
        let part = ImageLayout(request.inputs[0]), output = ImageLayout(whole)
        return .stage(
            Stage("slice gradient", inputs: [part], output: output) { window, memory, target in
                let source = memory.inputs[0]
                for y in window.rows {
                    for x in window.columns { memset(target.pixel(y, x), 0, output.pixelBytes) }
                }
                PixelCopy(bytes: part.pixelBytes).run(
                    footprint.rows.range(of: window.rows, extent: part.height),
                    footprint.columns.range(of: window.columns, extent: part.width),
                    from: { source.pixel($0, $1) }, stride: source.pixelBytes,
                    to: { places.pixel($0, $1, of: target) }, stride: target.pixelBytes * places.columns.step)
            })
    }
}

/// Where the pixels of a slice lie in the whole image.
private struct SlicePlaces: Sendable {
    var rows = (first: 0, step: 1), columns = (first: 0, step: 1), channelBytes = 0

    /// Nil where channels are left out between others, or the operands are no images.
    init?(_ slice: Slice, _ whole: Operand, _ areImages: Bool) {
        guard areImages else { return nil }
        let along = slice.axis < 0 ? slice.axis + 4 : slice.axis
        let first = slice.range(extent: whole.shape[along]).first
        switch along {
        case 1 where slice.step == 1: channelBytes = first * whole.element.byteCount
        case 2: rows = (first, slice.step)
        case 3: columns = (first, slice.step)
        default: return nil
        }
    }

    func pixel(_ y: Int, _ x: Int, of whole: Rows) -> UnsafeMutableRawPointer {
        whole.pixel(rows.first + y * rows.step, columns.first + x * columns.step) + channelBytes
    }
}

extension LocalOp {
    /// The footprints where all operands are images with their channels side by side.
    fileprivate func imageFootprints(_ request: LoweringRequest) -> [ImageFootprint]? {
        guard (request.inputs + request.outputs).allSatisfy({ $0.shape.count == 4 && ImageLayout($0).isChannelsLast })
        else { return nil }
        let types = request.inputs.map { TensorType($0.element, shape: $0.shape) }
        return footprints(for: types)?.compactMap { $0 }
    }
}

/// Copies pixels of so many bytes: whole rows at once where they lie side by side on both sides.
private struct PixelCopy {
    let bytes: Int

    func run(
        _ rows: Range<Int>, _ columns: Range<Int>, from source: (Int, Int) -> UnsafeMutableRawPointer,
        stride sourceStride: Int, to target: (Int, Int) -> UnsafeMutableRawPointer, stride targetStride: Int
    ) {
        guard !columns.isEmpty else { return }
        for y in rows {
            var (from, to) = (source(y, columns.lowerBound), target(y, columns.lowerBound))
            if sourceStride == bytes && targetStride == bytes {
                memcpy(to, from, columns.count * bytes)
                continue
            }
            for _ in columns {
                memcpy(to, from, bytes)
                from += sourceStride
                to += targetStride
            }
        }
    }
}

extension Operand {
    /// In the layout of another operand of the same bytes.
    fileprivate func lying(as other: Operand) -> Operand {
        Operand(element: element, shape: shape, layout: other.layout)
    }
}

/// A tensor as rows of runs along an axis, in the order of its memory.
private struct CopyRuns: Sendable {
    /// Rows before the axis; bytes of the axis and what lies behind it, and of that alone.
    let rows: Int, extent: Int, innerBytes: Int
    var runBytes: Int { extent * innerBytes }

    init(_ operand: Operand, axis: Int) {
        var shape = operand.shape, along = axis
        if operand.layout == .channelsLast, shape.count == 4 {
            let order = [0, 2, 3, 1]
            (shape, along) = (order.map { shape[$0] }, order.firstIndex(of: axis)!)
        }
        rows = shape.prefix(along).reduce(1, *)
        extent = shape[along]
        innerBytes = shape.dropFirst(along + 1).reduce(1, *) * operand.element.byteCount
    }

    func phase(_ copy: @escaping @Sendable (_ row: Int, _ memory: StepMemory) -> Void) -> Phase {
        let pieces = Pieces(of: rows, size: WorkSize.tileFloats / max(runBytes, 1))
        return Phase(tiles: pieces.count) { tile, memory, _ in for row in pieces.range(tile) { copy(row, memory) } }
    }
}

/// The elements of a slice, along any axis.
private struct SliceCopy: Sendable {
    let whole: CopyRuns, part: CopyRuns
    let first: Int, step: Int

    init(_ slice: Slice, whole: Operand, part: Operand, axis: Int) {
        self.whole = CopyRuns(whole, axis: axis)
        self.part = CopyRuns(part.lying(as: whole), axis: axis)
        (first, step) = (slice.range(extent: whole.shape[axis]).first, slice.step)
    }

    private func each(_ body: (_ part: Int, _ whole: Int, _ bytes: Int) -> Void) {
        if step == 1 { return body(0, first * whole.innerBytes, part.runBytes) }
        for position in 0..<part.extent {
            body(position * whole.innerBytes, (first + position * step) * whole.innerBytes, whole.innerBytes)
        }
    }

    var gather: LoweredStep {
        let copy = self
        return LoweredStep(
            kernel: "slice",
            phases: [
                whole.phase { row, memory in
                    let whole = memory.inputs[0] + row * copy.whole.runBytes,
                        part = memory.outputs[0] + row * copy.part.runBytes
                    copy.each { memcpy(part + $0, whole + $1, $2) }
                }
            ])
    }

    var scatter: LoweredStep {
        let copy = self
        return LoweredStep(
            kernel: "slice gradient",
            phases: [
                whole.phase { row, memory in
                    let whole = memory.outputs[0] + row * copy.whole.runBytes,
                        part = memory.inputs[0] + row * copy.part.runBytes
                    memset(whole, 0, copy.whole.runBytes)
                    copy.each { memcpy(whole + $1, part + $0, $2) }
                }
            ])
    }
}
