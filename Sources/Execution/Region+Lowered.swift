import TesseraTensors

extension Region {
    /// Bytes of a table of rows, at the head of a worker's scratch memory.
    static func tableBytes(_ count: Int) -> Int { (count * MemoryLayout<Rows>.stride + 63) / 64 * 64 }

    /// Where the parts of the region's memory lie.
    private struct Places: Sendable {
        /// Of the step's inputs, the first of each member; its share of the prepared memory.
        var inputs: [Int] = [], prepared: [Int] = [], preparedBytes = 0
        /// Of the scratch memory: the table of each member's inputs, that of all outputs, the members' own scratch, rings.
        var tables: [Int] = [], outputs = 0, scratch = 0, rings: [Int] = [], scratchBytes = 0

        init(_ region: Region) {
            scratchBytes = (SlidingWindow.State.byteCount(region.members.count) + 63) / 64 * 64
            for member in region.members {
                inputs.append(
                    (inputs.last ?? 0) + (inputs.isEmpty ? 0 : region.members[inputs.count - 1].sources.count))
                prepared.append(preparedBytes)
                preparedBytes += (member.stage.packing.byteCount + 63) / 64 * 64
                tables.append(scratchBytes)
                scratchBytes += Region.tableBytes(member.sources.count)
            }
            outputs = scratchBytes
            scratchBytes += Region.tableBytes(region.members.count)
            scratch = scratchBytes
            let own = zip(region.members, region.rowsAtOnce).map { $0.stage.scratchBytes($1) }.max()!
            scratchBytes += (own + 63) / 64 * 64
            for (member, rows) in zip(region.members, region.ringRows) {
                rings.append(scratchBytes)
                // One vector of slack: kernels read past the last pixel.
                scratchBytes += rows == 0 ? 0 : rows * member.stage.output.ringRowBytes + 64
            }
        }
    }

    /// One tile for every strip of rows.
    var lowered: LoweredStep {
        let region = self, places = Places(self), window = slidingWindow
        let phase = Phase(tiles: tiles.count) { tile, memory, scratch in
            let state = SlidingWindow.State(at: scratch, members: window.count)
            let (images, strip) = region.tiles.tile(tile)
            for image in images {
                region.place(image, places, memory, scratch)
                window.run(strip, state) { index, rows in
                    region.compute(index, rows, image: image, places, memory, scratch)
                }
            }
        }
        var step = LoweredStep(kernel: members.map(\.stage.kernel).joined(separator: " → "), phases: [phase])
        step.packing.byteCount = places.preparedBytes
        for (index, member) in members.enumerated() {
            step.packing.inputs += member.stage.packing.inputs.map { places.inputs[index] + $0 }
            step.packing.phases += member.stage.packing.phases.map { phase in
                Phase(tiles: phase.tileCount) { tile, memory, scratch in
                    try phase.run(tile, memory.part(places.inputs[index], places.prepared[index]), scratch)
                }
            }
        }
        step.workerBytes = places.scratchBytes
        step.inPlace = inPlace.map { (0, $0) }
        step.region = self
        return step
    }

    /// Fills the tables with the rows of one image.
    private func place(_ image: Int, _ places: Places, _ memory: StepMemory, _ scratch: UnsafeMutableRawPointer) {
        let outputs = (scratch + places.outputs).assumingMemoryBound(to: Rows.self)
        for (index, member) in members.enumerated() {
            let output =
                index == members.count - 1
                ? member.stage.output.rows(at: memory.outputs[0], image: image)
                : member.stage.output.ring(at: scratch + places.rings[index], slots: ringRows[index])
            (outputs + index).initialize(to: output)
            let table = (scratch + places.tables[index]).assumingMemoryBound(to: Rows.self)
            for (input, source) in member.sources.enumerated() {
                switch source {
                case .member(let maker, _): (table + input).initialize(to: outputs[maker])
                case .memory:
                    guard let layout = member.stage.inputs[input] else { continue }
                    (table + input).initialize(
                        to: layout.rows(at: memory.inputs[places.inputs[index] + input], image: image))
                }
            }
        }
    }

    private func compute(
        _ index: Int, _ rows: Range<Int>, image: Int, _ places: Places, _ memory: StepMemory,
        _ scratch: UnsafeMutableRawPointer
    ) {
        let stage = members[index].stage, width = stage.output.width
        let memory = RowMemory(
            inputs: (scratch + places.tables[index]).assumingMemoryBound(to: Rows.self),
            whole: memory.part(places.inputs[index], places.prepared[index]), scratch: scratch + places.scratch)
        let output = (scratch + places.outputs).assumingMemoryBound(to: Rows.self)[index]
        for first in stride(from: 0, to: width, by: columnsAtOnce ?? max(width, 1)) {
            let columns = first..<min(first + (columnsAtOnce ?? width), width)
            stage.run(RowWindow(image: image, rows: rows, columns: columns), memory, output)
        }
    }
}
