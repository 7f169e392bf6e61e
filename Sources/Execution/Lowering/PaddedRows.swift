import CKernels
import Foundation

/// Zero-padded copies of the input rows that a block of output rows reads, so that the GEMM needs no border cases.
struct PaddedRows: Sendable {
    let geometry: Geometry
    /// Pixels of a padded row.
    let width: Int
    var floatsPerRow: Int { width * geometry.channels }

    init(_ geometry: Geometry) {
        self.geometry = geometry
        let reach =
            (geometry.outWidth - 1) * geometry.strideColumns + (geometry.kernelColumns - 1) * geometry.dilationColumns
            + 1
        width = max(reach, geometry.padLeft + geometry.width)
    }

    private func inputRows(_ outputRows: Int) -> Int {
        (outputRows - 1) * geometry.strideRows + (geometry.kernelRows - 1) * geometry.dilationRows + 1
    }

    /// Scratch bytes for a block, with slack for reads past the last element.
    func byteCount(outputRows: Int) -> Int { inputRows(outputRows) * floatsPerRow * 4 + 64 }

    /// Copies the rows; row i of the result is input row `first output row · stride − pad + i`.
    func fill(_ scratch: UnsafeMutableRawPointer, from x: UnsafePointer<Float>, image: Int, outputRows: Range<Int>)
        -> UnsafeMutablePointer<Float>
    {
        let target = scratch.assumingMemoryBound(to: Float.self)
        let left = geometry.padLeft * geometry.channels, middle = geometry.width * geometry.channels
        for index in 0..<inputRows(outputRows.count) {
            let row = target + index * floatsPerRow,
                y = outputRows.lowerBound * geometry.strideRows - geometry.padTop + index
            guard y >= 0, y < geometry.height else {
                memset(row, 0, floatsPerRow * 4)
                continue
            }
            memset(row, 0, left * 4)
            memcpy(row + left, x + (image * geometry.height + y) * middle, middle * 4)
            memset(row + left + middle, 0, (floatsPerRow - left - middle) * 4)
        }
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

    /// Pointers to the runs of the first pixel of an output row.
    func set(
        _ pointers: UnsafeMutableBufferPointer<UnsafePointer<Float>?>, _ padded: UnsafeMutablePointer<Float>,
        _ rows: PaddedRows, outputRow: Int, firstRow: Int, group: Int
    ) {
        for r in 0..<geometry.kernelRows {
            let row =
                padded + ((outputRow - firstRow) * geometry.strideRows + r * geometry.dilationRows) * rows.floatsPerRow
            if joinsColumns {
                pointers[r] = UnsafePointer(row)
            } else {
                for t in 0..<geometry.kernelColumns {
                    pointers[r * geometry.kernelColumns + t] = UnsafePointer(
                        row + t * geometry.dilationColumns * geometry.channels + group * geometry.channels / groups)
                }
            }
        }
    }
}
