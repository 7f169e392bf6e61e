import Foundation
import TesseraTensors
import TesseraTraining
import Testing

@Suite struct SafetensorsPythonTests {
    /// Written by `safetensors.torch.save` of Python's safetensors 0.8.0.
    private static let file = """
        GAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCIsIm5vdGUiOiLDqVwieFwiIn0sImEiOnsiZHR5cGUiOiJJNjQiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNl\
        dHMiOlswLDhdfSwiYi53ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsMl0sImRhdGFfb2Zmc2V0cyI6WzgsMjRdfSwiaCI6eyJkdHlwZSI6IkJGMTYiLCJzaGFw\
        ZSI6WzNdLCJkYXRhX29mZnNldHMiOlsyNCwzMF19LCJtIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzMwLDMzXX19ICAgBwAAAAAAAAAA\
        AMA/AAAAwAAAUEAAAIBAAD+APwBAAQAB
        """

    @Test func aFileOfPythonIsReadAndWrittenByteForByte() throws {
        let bytes = Array(try #require(Data(base64Encoded: Self.file)))
        let read = try Safetensors(bytes, name: "python")
        #expect(read.metadata == ["format": "pt", "note": "é\"x\""])
        #expect(
            read.tensors == [
                "a": Tensor([7] as [Int64], shape: [1]),
                "b.weight": Tensor([1.5, -2, 3.25, 4] as [Float], shape: [2, 2]),
                "h": Tensor([0.5, 1, 2].map { BFloat16($0) }, shape: [3]),
                "m": Tensor([true, false, true], shape: [3]),
            ])
        #expect(read.bytes() == bytes)
    }
}
