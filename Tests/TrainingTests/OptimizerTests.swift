import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors
import TesseraTraining
import Testing

/// Optimisers by their update ops, and the form that checkpoints and runs keep of them.
@Suite struct OptimizerTests {
    private static let written: [(Optimizer, String)] = [
        (.paper, #"{"momentum":0.9,"name":"sgd","nesterov":false,"weightDecay":0.001}"#),
        (.sgd(momentum: 0, nesterov: true), #"{"momentum":0,"name":"sgd","nesterov":true,"weightDecay":0}"#),
        (.adam(), #"{"beta1":0.9,"beta2":0.999,"epsilon":1e-08,"name":"adam","weightDecay":0}"#),
        (
            .adam(beta1: 0.8, weightDecay: 0.1, decoupled: true),
            #"{"beta1":0.8,"beta2":0.999,"epsilon":1e-08,"name":"adamw","weightDecay":0.1}"#
        ),
    ]

    @Test(arguments: written) func filesKeepTheirForm(_ optimizer: Optimizer, _ text: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(optimizer), as: UTF8.self) == text)
        #expect(try JSONDecoder().decode(Optimizer.self, from: Data(text.utf8)) == optimizer)
    }

    @Test func whatAFileLeavesOutHasItsDefault() throws {
        for optimizer in Optimizer.all {
            let text = #"{"name":"\#(optimizer.name)","weightDecay":null,"other":1}"#
            #expect(try JSONDecoder().decode(Optimizer.self, from: Data(text.utf8)) == optimizer)
        }
        #expect(Optimizer.all == [.sgd(momentum: 0.9), .adam(), .adam(decoupled: true)])
        let error = #expect(throws: TesseraError.self) {
            try JSONDecoder().decode(Optimizer.self, from: Data(#"{"name":"lion"}"#.utf8))
        }
        #expect(error?.found == "'lion'" && error?.accepted == "sgd, adam, adamw")
    }

    @Test func settingsAreThoseOfTheOp() throws {
        var optimizer = Optimizer.adam(decoupled: true)
        try optimizer.set("beta1", to: 0.5)
        #expect(optimizer == .adam(beta1: 0.5, decoupled: true))
        #expect(throws: TesseraError.self) { try optimizer.set("momentum", to: 0.5) }
        #expect(optimizer.has("epsilon") && !optimizer.has("decoupled") && !optimizer.has("momentum"))
        try optimizer.set("beta2", to: 1)
        #expect(throws: TesseraError.self) { try optimizer.validate() }
    }

    /// Slots are what an update reads beside parameter, gradient, rate and steps, and gives beside the parameter.
    @Test(arguments: OpCatalog.standard.types.compactMap { ($0 as? any UpdateOp.Type)?.init() })
    func updatesTakeAndGiveTheirSlots(_ update: any UpdateOp) throws {
        let parameter = TensorType(.float32, [2, 3]), slots = update.slotNames.map { _ in parameter }
        let steps = type(of: update).readsStep ? [TensorType(.int64, [])] : []
        let inputs = [parameter, parameter, TensorType(.float32, [])] + steps + slots
        #expect(try update.outputTypes(for: inputs) == [parameter] + slots)
    }
}
