import TesseraTensors

/// A region laid out for its workers: where everything lies in the step's and a worker's memory. Tables are reached by
/// pointers: arrays would be retained and released at every strip, by all workers at once.
final class RegionPlan: @unchecked Sendable {
    /// An input of a member that is read by rows.
    struct Input {
        let layout: ImageLayout
        /// Its place in the member's table of rows.
        let slot: Int
        /// Among the inputs of the step, where it comes from memory; else the member that makes it.
        let index: Int
        let isMember: Bool
    }

    struct Member {
        let run: @Sendable (RowWindow, RowMemory, Rows) -> Void
        let output: ImageLayout
        let ringRows: Int
        let ringColumns: Int
        /// In `inputs` of the plan.
        let inputs: Range<Int>
        /// Of the step's inputs the first; its share of the prepared memory.
        let firstInput: Int
        let packedAt: Int
        /// In a worker's memory: the table of its inputs' rows, and its ring.
        let tableAt: Int
        let ringAt: Int
    }

    let members: UnsafeMutableBufferPointer<Member>
    let inputs: UnsafeMutableBufferPointer<Input>
    let window: SlidingWindow
    let columnsAtOnce: Int?
    /// In a worker's memory: the table of the members' outputs, and the members' own scratch.
    let outputsAt: Int
    let scratchAt: Int
    let scratchBytes: Int
    let packedBytes: Int

    init(_ region: Region) {
        window = region.slidingWindow
        columnsAtOnce = region.columnsAtOnce
        var bytes = (SlidingWindow.State.byteCount(region.members.count) + 63) / 64 * 64
        func take(_ count: Int) -> Int {
            defer { bytes += (count + 63) / 64 * 64 }
            return bytes
        }
        outputsAt = take(Region.tableBytes(region.members.count))
        scratchAt = take(zip(region.members, region.rowsAtOnce).map { $0.stage.scratchBytes($1) }.max()!)
        var inputs: [Input] = [], members: [Member] = [], firstInput = 0, packedAt = 0
        for (place, member) in region.members.enumerated() {
            let stage = member.stage, first = inputs.count
            for (slot, source) in member.sources.enumerated() {
                guard let layout = stage.inputs[slot] else { continue }
                let input =
                    switch source {
                    case .memory: Input(layout: layout, slot: slot, index: firstInput + slot, isMember: false)
                    case .member(let maker, _): Input(layout: layout, slot: slot, index: maker, isMember: true)
                    }
                inputs.append(input)
            }
            let (ringRows, ringColumns) = (region.ringRows[place], region.ringColumns[place])
            let ring = stage.output.ringBytes(slots: ringRows, columns: ringColumns)
            members.append(
                Member(
                    run: stage.run, output: stage.output, ringRows: ringRows, ringColumns: ringColumns,
                    inputs: first..<inputs.count, firstInput: firstInput, packedAt: packedAt,
                    tableAt: take(Region.tableBytes(member.sources.count)), ringAt: take(ring)))
            firstInput += member.sources.count
            packedAt += (stage.packing.byteCount + 63) / 64 * 64
        }
        (scratchBytes, packedBytes) = (bytes, packedAt)
        self.members = .allocate(capacity: members.count)
        _ = self.members.initialize(from: members)
        self.inputs = .allocate(capacity: max(inputs.count, 1))
        _ = self.inputs.initialize(from: inputs)
    }

    deinit {
        members.deinitialize()
        members.deallocate()
        inputs.deallocate()
    }

    /// Computes a tile of the region's output, of one image.
    func run(_ tile: TileCut.Tile, image: Int, _ memory: StepMemory, _ scratch: UnsafeMutableRawPointer) {
        let state = SlidingWindow.State(at: scratch, members: members.count)
        window.begin(tile.rows, tile.columns, state)
        place(image, state, memory, scratch)
        window.run(state) { member, rows in
            guard let times = memory.times else {
                return compute(
                    member, RowWindow(image: image, rows: rows, columns: state.columns(of: member), parts: tile.parts),
                    memory,
                    scratch)
            }
            let start = ContinuousClock.now
            compute(
                member, RowWindow(image: image, rows: rows, columns: state.columns(of: member), parts: tile.parts),
                memory,
                scratch)
            times.add(ContinuousClock.now - start, at: 1 + member)
        }
    }

    /// Fills the tables with the rows of one image.
    private func place(
        _ image: Int, _ state: SlidingWindow.State, _ memory: StepMemory, _ scratch: UnsafeMutableRawPointer
    ) {
        let outputs = (scratch + outputsAt).assumingMemoryBound(to: Rows.self)
        for index in members.indices {
            let member = members.baseAddress! + index
            let output =
                index == members.count - 1
                ? member.pointee.output.rows(at: memory.outputs[0], image: image)
                : member.pointee.output.ring(
                    at: scratch + member.pointee.ringAt, slots: member.pointee.ringRows,
                    firstColumn: state.columns(of: index).lowerBound, columns: member.pointee.ringColumns)
            (outputs + index).initialize(to: output)
            let table = (scratch + member.pointee.tableAt).assumingMemoryBound(to: Rows.self)
            for position in member.pointee.inputs {
                let input = inputs[position]
                (table + input.slot).initialize(
                    to: input.isMember
                        ? outputs[input.index] : input.layout.rows(at: memory.inputs[input.index], image: image))
            }
        }
    }

    private func compute(
        _ index: Int, _ window: RowWindow, _ memory: StepMemory, _ scratch: UnsafeMutableRawPointer
    ) {
        let member = members.baseAddress! + index
        let rowMemory = RowMemory(
            inputs: (scratch + member.pointee.tableAt).assumingMemoryBound(to: Rows.self),
            whole: memory.part(member.pointee.firstInput, member.pointee.packedAt), scratch: scratch + scratchAt)
        let output = (scratch + outputsAt).assumingMemoryBound(to: Rows.self)[index]
        let atOnce = columnsAtOnce ?? max(window.columns.count, 1)
        for first in stride(from: window.columns.lowerBound, to: window.columns.upperBound, by: atOnce) {
            var piece = window
            piece.columns = first..<min(first + atOnce, window.columns.upperBound)
            member.pointee.run(piece, rowMemory, output)
        }
    }
}
