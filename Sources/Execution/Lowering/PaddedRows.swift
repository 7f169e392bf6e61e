import Foundation
import TesseraTensors

/// Rows of an image side by side with zeros around them, so that a matrix product needs no border cases.
struct PaddedRows: Sendable {
    let channels: Int
    /// Pixels of a padded row.
    let width: Int
    var floatsPerRow: Int { width * channels }

    /// Copies rows of an image into `target`, from pixel `left` on, which may lie before the first; what is not there
    /// is zero.
    func fill(_ target: UnsafeMutablePointer<Float>, _ source: Rows, rows: Range<Int>, left: Int) {
        let first = max(left, 0), last = min(left + width, source.width)
        for (index, y) in rows.enumerated() {
            let row = target + index * floatsPerRow
            guard source.row(y) != nil, first < last else {
                memset(row, 0, floatsPerRow * 4)
                continue
            }
            memset(row, 0, (first - left) * channels * 4)
            let inside = row + (first - left) * channels
            if source.pixelStride == channels {
                memcpy(inside, source.floats(y, first), (last - first) * channels * 4)
            } else {
                for x in first..<last {
                    (inside + (x - first) * channels).update(from: source.floats(y, x), count: channels)
                }
            }
            memset(row + (last - left) * channels, 0, (left + width - last) * channels * 4)
        }
    }
}

/// The padded input rows of a convolution.
struct ConvolutionRows: Sendable {
    let geometry: Geometry

    private func reach(_ count: Int, _ stride: Int, _ kernel: Int, _ dilation: Int) -> Int {
        (count - 1) * stride + (kernel - 1) * dilation + 1
    }

    /// Those that so many output columns read.
    func padded(columns: Int) -> PaddedRows {
        PaddedRows(
            channels: geometry.channels,
            width: reach(columns, geometry.strideColumns, geometry.kernelColumns, geometry.dilationColumns))
    }

    private func inputRows(_ outputRows: Int) -> Int {
        reach(outputRows, geometry.strideRows, geometry.kernelRows, geometry.dilationRows)
    }

    /// Scratch bytes for a window, a multiple of 8, with slack for reads past the last element.
    func byteCount(outputRows: Int) -> Int {
        (inputRows(outputRows) * padded(columns: max(geometry.outWidth, 1)).floatsPerRow * 4 + 71) / 8 * 8
    }

    /// Copies the rows that a window reads; row i of the result is input row `first output row · stride − pad + i`.
    func fill(_ scratch: UnsafeMutableRawPointer, _ source: Rows, _ window: RowWindow) -> UnsafeMutablePointer<Float> {
        let target = scratch.assumingMemoryBound(to: Float.self)
        let first = window.rows.lowerBound * geometry.strideRows - geometry.padTop
        padded(columns: window.columns.count).fill(
            target, source, rows: first..<first + inputRows(window.rows.count),
            left: window.columns.lowerBound * geometry.strideColumns - geometry.padLeft)
        return target
    }
}

/// The runs of consecutive floats that one output pixel reads: a whole kernel row where its taps and channels lie side
/// by side, else one run a tap.
struct TapSegments: Sendable {
    private let geometry: Geometry
    private let groups: Int
    private let joinsColumns: Bool
    let count: Int
    let depth: Int

    init(_ geometry: Geometry, groups: Int) {
        self.geometry = geometry
        self.groups = groups
        joinsColumns = groups == 1 && geometry.dilationColumns == 1
        count = joinsColumns ? geometry.kernelRows : geometry.kernelRows * geometry.kernelColumns
        depth = joinsColumns ? geometry.kernelColumns * geometry.channels : geometry.channels / groups
    }

    /// Pointers to the runs of the first pixel of an output row, `row` rows below the first of the padded ones.
    func set(
        _ pointers: UnsafeMutablePointer<UnsafePointer<Float>?>, _ padded: UnsafeMutablePointer<Float>,
        floatsPerRow: Int, row: Int, group: Int
    ) {
        for r in 0..<geometry.kernelRows {
            let first = padded + (row * geometry.strideRows + r * geometry.dilationRows) * floatsPerRow
            if joinsColumns {
                pointers[r] = UnsafePointer(first)
            } else {
                for t in 0..<geometry.kernelColumns {
                    pointers[r * geometry.kernelColumns + t] = UnsafePointer(
                        first + t * geometry.dilationColumns * geometry.channels + group * geometry.channels / groups)
                }
            }
        }
    }
}
