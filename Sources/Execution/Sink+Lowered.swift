import Foundation

extension Sink {
    /// One tile for every block and part, then the join.
    var lowered: LoweredStep {
        let sink = self, tableBytes = Region.tableBytes(inputs.count), columns = 0..<inputs[summed]!.width
        let sums = Phase(tiles: blocks.count * parts) { tile, memory, scratch in
            let (images, rows) = sink.blocks.block(tile / sink.parts)
            let partial = memory.shared + tile * sink.partBytes, table = scratch.assumingMemoryBound(to: Rows.self)
            memset(partial, 0, sink.partBytes)
            for image in images {
                for (index, input) in sink.inputs.enumerated() {
                    guard let input else { continue }
                    (table + index).initialize(to: input.rows(at: memory.inputs[index], image: image))
                }
                sink.add(
                    RowWindow(image: image, rows: rows, columns: columns), tile % sink.parts,
                    RowMemory(inputs: table, whole: memory, scratch: scratch + tableBytes), partial)
            }
        }
        var step = LoweredStep(kernel: kernel, sums: sums, join: join)
        step.packing = packing
        step.sharedBytes = blocks.count * parts * partBytes + 64
        step.workerBytes = tableBytes + scratchBytes
        return step
    }
}
