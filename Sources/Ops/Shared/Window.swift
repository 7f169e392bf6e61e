import TesseraIR
import TesseraTensors

/// The sliding window of convolutions and pooling over any number of spatial axes: kernel, strides, pads
/// (all begins, then all ends, as in ONNX) and dilations. Empty lists mean 1, 0 and 1 everywhere.
public struct Window: Sendable, Equatable {
    public var kernel: [Int]
    public var strides: [Int]
    public var padsBegin: [Int]
    public var padsEnd: [Int]
    public var dilations: [Int]
    /// Round the number of windows up; a window must still begin inside the input or its leading padding (PyTorch, and
    /// ONNX 22).
    public var ceilMode: Bool

    public init(kernel: [Int], strides: [Int] = [], pads: [Int] = [], dilations: [Int] = [], ceilMode: Bool = false) {
        let rank = kernel.count
        self.kernel = kernel
        self.strides = strides.isEmpty ? Array(repeating: 1, count: rank) : strides
        padsBegin = pads.isEmpty ? Array(repeating: 0, count: rank) : Array(pads.prefix(pads.count / 2))
        padsEnd = pads.isEmpty ? Array(repeating: 0, count: rank) : Array(pads.dropFirst(pads.count / 2))
        self.dilations = dilations.isEmpty ? Array(repeating: 1, count: rank) : dilations
        self.ceilMode = ceilMode
    }

    public var rank: Int { kernel.count }

    /// Cells the kernel covers along an axis, dilation included.
    public func extent(_ axis: Int) -> Int { (kernel[axis] - 1) * dilations[axis] + 1 }

    /// Of kernels, strides, pads and dilations: sums, and products of two, cannot overflow then.
    private static let numberLimit = 1 << 30

    /// Throws where the lists do not hold one entry for each of `axes` axes (pads two), or a number is out of range.
    public func validate(axes: Int, at location: String) throws {
        let numbers = "kernel \(kernel), strides \(strides), pads \(padsBegin + padsEnd), dilations \(dilations)"
        guard [rank, strides.count, padsBegin.count, padsEnd.count, dilations.count].allSatisfy({ $0 == axes }) else {
            throw TesseraError(
                at: location, found: "\(numbers) on \(axes) spatial axes", accepted: "one of each an axis, two pads")
        }
        guard (kernel + strides + dilations).allSatisfy({ (1...Self.numberLimit).contains($0) }),
            (padsBegin + padsEnd).allSatisfy({ (0...Self.numberLimit).contains($0) })
        else {
            throw TesseraError(
                at: location, found: numbers,
                accepted:
                    "kernels, strides and dilations of at least 1, pads of at least 0, no number above \(Self.numberLimit)"
            )
        }
    }

    /// The number of windows along each axis. Throws where the numbers are out of range or no window fits.
    public func outputExtents(of input: [Int], at location: String) throws -> [Int] {
        try validate(axes: input.count, at: location)
        return try (0..<rank).map { axis in
            let room = input[axis] + padsBegin[axis] + padsEnd[axis] - extent(axis)
            guard room >= 0 else {
                throw TesseraError(
                    at: location,
                    found:
                        "a window of \(extent(axis)) (stride \(strides[axis])) over \(input[axis]) cells with pads \(padsBegin[axis]) and \(padsEnd[axis])",
                    accepted: "a window that fits")
            }
            var count = (ceilMode ? (room + strides[axis] - 1) / strides[axis] : room / strides[axis]) + 1
            if ceilMode, (count - 1) * strides[axis] >= input[axis] + padsBegin[axis] { count -= 1 }
            return count
        }
    }

    /// The pads under which as many windows come out when their number is rounded down: the last one ends where the
    /// padding ends. Where rounding up adds none, they are the window's own.
    public func padsRoundingDown(input: [Int], at location: String) throws -> [Int] {
        let output = try outputExtents(of: input, at: location)
        let ends = (0..<rank).map { axis in
            max(padsEnd[axis], (output[axis] - 1) * strides[axis] + extent(axis) - input[axis] - padsBegin[axis])
        }
        return padsBegin + ends
    }

    /// The taps of the window at an output position whose cells lie in `cells`, which may reach into the padding.
    public func taps(_ axis: Int, at position: Int, in cells: Range<Int>) -> Range<Int> {
        let first = position * strides[axis] - padsBegin[axis], dilation = dilations[axis]
        // Rounded up: the first tap that is not before a cell.
        func tap(_ cell: Int) -> Int { cell <= first ? 0 : min((cell - first + dilation - 1) / dilation, kernel[axis]) }
        let begin = tap(cells.lowerBound)
        return begin..<max(begin, tap(cells.upperBound))
    }

    /// For every output position in row-major order, the pairs (offset in the input plane, offset in the kernel) that
    /// it reads.
    func taps(input: [Int], output: [Int]) -> Taps {
        let cells = (0..<rank).map { axis in
            (0..<output[axis]).map { position in
                taps(axis, at: position, in: 0..<input[axis]).map { tap -> Taps.Tap in
                    (position * strides[axis] - padsBegin[axis] + tap * dilations[axis], tap)
                }
            }
        }
        return Taps(cells: cells, input: input, kernel: kernel)
    }

    /// The windows over a plane, each made when it is asked for: together they are many times the plane.
    struct Taps: RandomAccessCollection {
        typealias Tap = (input: Int, kernel: Int)
        /// By axis and position along it.
        fileprivate let cells: [[[Tap]]]
        fileprivate let input: [Int], kernel: [Int]

        var startIndex: Int { 0 }
        var endIndex: Int { cells.reduce(1) { $0 * $1.count } }

        subscript(position: Int) -> [Tap] {
            var rest = position, stride = (input: 1, kernel: 1), result: [Tap] = [(0, 0)]
            for axis in cells.indices.reversed() {
                let along = cells[axis][rest % cells[axis].count]
                rest /= cells[axis].count
                result = along.flatMap { outer in
                    result.map { (outer.input * stride.input + $0.input, outer.kernel * stride.kernel + $0.kernel) }
                }
                stride = (stride.input * input[axis], stride.kernel * kernel[axis])
            }
            return result
        }
    }
}

extension Window {
    /// What the windows of a run of output positions read, of images.
    var footprint: ImageFootprint {
        func along(_ axis: Int) -> Footprint {
            Footprint(
                step: strides[axis], first: -padsBegin[axis],
                last: (kernel[axis] - 1) * dilations[axis] - padsBegin[axis]
            )
        }
        return ImageFootprint(rows: along(0), columns: along(1))
    }

    /// The output positions whose windows reach a run of input cells: what a gradient reads of dy.
    package var gradientFootprint: ImageFootprint {
        func along(_ axis: Int) -> Footprint {
            Footprint(
                first: padsBegin[axis] - (kernel[axis] - 1) * dilations[axis], last: padsBegin[axis],
                scale: strides[axis])
        }
        return ImageFootprint(rows: along(0), columns: along(1))
    }

    /// The input cells that share a window with a run of input cells.
    var neighbourFootprint: ImageFootprint {
        func along(_ axis: Int) -> Footprint {
            let reach = (kernel[axis] - 1) * dilations[axis]
            return Footprint(first: -reach, last: reach)
        }
        return ImageFootprint(rows: along(0), columns: along(1))
    }
}
