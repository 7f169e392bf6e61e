import Foundation
import TesseraImaging
import TesseraIR
import TesseraLayers
import TesseraOps
import TesseraTensors
import TesseraTraining
import Testing

@Suite struct CheckpointTests {
    private func sample() throws -> Checkpoint {
        var model = try tinyModel()
        // A constant too large for the text.
        let builder = GraphBuilder(model.graph)
        let large = try builder.constant(randomTensor([1, 20], seed: 4))
        let score = model.graph.outputs[0].value
        builder.output("spread", try builder.add(Multiply(), [score, large])[0])
        model.graph = try builder.finish()
        let training = try TrainingGraph(model: model.graph, inputShape: [2, 1, 6, 6], options: .init())
        let preprocessing = try Preprocessing(size: 6, normalization: Normalization(mean: [0.4], deviation: [0.2]))
        let trained = TrainedModel(
            graph: model.graph, parameters: model.initialParameters(seed: 3), architecture: "tiny",
            scoreScale: ScoreScale(mean: 0.1, deviation: 1.0 / 3), preprocessing: preprocessing,
            trainingData: TrainingData(seed: .max, contentDigest: "c", isSynthetic: true, images: [0, 7, .max])
        )
        var progress = TrainingProgress()
        (progress.step, progress.epoch, progress.batch, progress.lossSum, progress.bestError) = (
            17, 2, 3, 0.1 + 0.2, 1e-300
        )
        var configuration = TrainingConfiguration()
        configuration.seed = .max
        configuration.options.frozen = ["a \"quoted\" path"]
        return Checkpoint(
            model: trained, optimizerStates: training.initialOptimizerStates, progress: progress,
            configuration: configuration, programDigest: "p", dataDigest: "d"
        )
    }

    @Test func everythingComesBack() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/c.safetensors", checkpoint = try sample()
        try checkpoint.write(to: path)
        let read = try Checkpoint(path: path)
        #expect(read.model.graph == checkpoint.model.graph)
        #expect(read.model.parameters == checkpoint.model.parameters)
        #expect(read.model.scoreScale == checkpoint.model.scoreScale)
        #expect(read.model.preprocessing == checkpoint.model.preprocessing)
        #expect(read.model.trainingData == checkpoint.model.trainingData)
        #expect(read.optimizerStates == checkpoint.optimizerStates)
        #expect(read.progress == checkpoint.progress)
        #expect(read.configuration == checkpoint.configuration)
        #expect(read.file.bytes() == checkpoint.file.bytes())
    }

    @Test func namesAreThoseOfTheModel() throws {
        let file = try sample().file
        #expect(file.tensors["head.weight"]?.shape == [1, 4])
        #expect(file.tensors["optimizer.momentum.head.weight"]?.shape == [1, 4])
        #expect(file.tensors.keys.filter { $0.hasPrefix("constant.") }.count == 1)
        #expect(file.metadata["architecture"] == "tiny")
    }

    @Test func pathsOfTheMachineStayOut() throws {
        var checkpoint = try sample()
        checkpoint.configuration.data = .init(folder: "/home/somebody/images")
        #expect(!checkpoint.file.metadata.values.contains { $0.contains("somebody") })
    }

    @Test func anotherFileIsRefused() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/c.safetensors", checkpoint = try sample()
        func refused(_ change: (inout Safetensors) -> Void) throws {
            var file = checkpoint.file
            change(&file)
            try file.write(to: path)
            #expect(throws: TesseraError.self) { try Checkpoint(path: path) }
        }
        try refused { $0.metadata = [:] }
        try refused { $0.metadata["format"] = "something else" }
        try refused { $0.metadata["graph"] = "graph \"x\" { %0 = unknown() : f32[] }" }
        try refused { $0.metadata["progress"] = "{}" }
        try refused { $0.metadata["configuration"] = "{\"batchSize\":\"four\"}" }
        try refused { $0.tensors["head.weight"] = nil }
        try refused { $0.tensors["head.weight"] = Tensor(zeros: .float32, shape: [2, 4]) }
        try refused { $0.tensors["more"] = Tensor(zeros: .float32, shape: [2]) }
        try refused { file in
            let name = file.tensors.keys.first { $0.hasPrefix("constant.") }!
            file.tensors[name] = Tensor(zeros: .float32, shape: [1, 20])
        }
    }
}
