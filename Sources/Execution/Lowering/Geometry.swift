import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors

/// The extents of a 2-D convolution or pooling on channels-last images.
struct Geometry: Sendable {
    let images: Int
    let channels: Int
    let height: Int
    let width: Int
    let outChannels: Int
    let outHeight: Int
    let outWidth: Int
    let kernelRows: Int
    let kernelColumns: Int
    let strideRows: Int
    let strideColumns: Int
    let dilationRows: Int
    let dilationColumns: Int
    let padTop: Int
    let padLeft: Int

    /// For logical shapes [N, C, H, W] of input and output.
    init(input: [Int], output: [Int], window: Window) {
        (images, channels, height, width) = (input[0], input[1], input[2], input[3])
        (outChannels, outHeight, outWidth) = (output[1], output[2], output[3])
        (kernelRows, kernelColumns) = (window.kernel[0], window.kernel[1])
        (strideRows, strideColumns) = (window.strides[0], window.strides[1])
        (dilationRows, dilationColumns) = (window.dilations[0], window.dilations[1])
        (padTop, padLeft) = (window.padsBegin[0], window.padsBegin[1])
    }

    /// A 1 × 1 kernel that reads every pixel once: rows need not be told apart.
    var isPointwise: Bool {
        kernelRows == 1 && kernelColumns == 1 && strideRows == 1 && strideColumns == 1 && padTop == 0 && padLeft == 0
            && outHeight == height && outWidth == width
    }

    /// Of a window; numbers of any size come from files.
    var taps: Double { Double(kernelRows) * Double(kernelColumns) }

    /// `3x3`
    var kernelText: String { "\(kernelRows)x\(kernelColumns)" }

    /// Bytes of the padded input rows that one output row reads.
    private var paddedRowBytes: Double {
        func reach(_ kernel: Int, _ dilation: Int) -> Double { Double(kernel - 1) * Double(dilation) + 1 }
        let columns = max(
            Double(max(outWidth, 1) - 1) * Double(strideColumns) + reach(kernelColumns, dilationColumns),
            Double(padLeft + width))
        return reach(kernelRows, dilationRows) * columns * Double(channels) * 4
    }

    /// Throws where padded copies of rows (by default the input's) take more than 1 GiB: numbers of any size come from
    /// files.
    func requireModestRows(bytes: Double? = nil, for node: Node) throws {
        let bytes = bytes ?? paddedRowBytes, limit = 1 << 30
        guard bytes <= Double(limit) else {
            throw TesseraError(
                .unsupported, at: node.path.isEmpty ? "\(node.op.mnemonic) \(node.id)" : node.path,
                found: String(format: "a window that reaches over %.3g bytes of rows with their padding", bytes),
                accepted: "at most \(limit)"
            )
        }
    }

    /// The input row that kernel row `r` reads for output row `y`; it may lie in the padding.
    func inputRow(_ y: Int, _ r: Int) -> Int { y * strideRows - padTop + r * dilationRows }
}
