import TesseraTensors

extension Region {
    /// Bytes of a table of rows, in a worker's scratch memory.
    static func tableBytes(_ count: Int) -> Int { (count * MemoryLayout<Rows>.stride + 63) / 64 * 64 }

    /// One tile for every strip of rows and piece of its columns.
    var lowered: LoweredStep {
        let plan = RegionPlan(self), tiles = tiles
        let phase = Phase(tiles: tiles.count) { index, memory, scratch in
            let tile = tiles.tile(index)
            for image in tile.images { plan.run(tile, image: image, memory, scratch) }
        }
        var step = LoweredStep(kernel: members.map(\.stage.kernel).joined(separator: " → "), phases: [phase])
        step.packing.byteCount = plan.packedBytes
        for (place, member) in zip(plan.members, members) {
            let (firstInput, packedAt) = (place.firstInput, place.packedAt)
            step.packing.inputs += member.stage.packing.inputs.map { firstInput + $0 }
            step.packing.phases += member.stage.packing.phases.map { phase in
                Phase(tiles: phase.tileCount) { tile, memory, scratch in
                    try phase.run(tile, memory.part(firstInput, packedAt), scratch)
                }
            }
        }
        step.workerBytes = plan.scratchBytes
        step.inPlace = inPlace.map { (0, $0) }
        step.region = self
        return step
    }
}
