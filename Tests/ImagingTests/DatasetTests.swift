import Foundation
import TesseraImaging
import TesseraTensors
import Testing

@Suite struct DatasetTests {
    private let folder = TemporaryFolder()

    /// A folder with images a.png ... and the given CSV.
    private func dataset(_ csv: String, images: [String] = ["a.png", "b.png"]) throws -> Dataset {
        for name in images { try Image(width: 1, height: 1).write(png: folder.file(name)) }
        _ = folder.write(csv, to: "labels.csv")
        return try Dataset(folder: folder.path)
    }

    @Test func readsAllColumnsInAnyOrder() throws {
        let data = try dataset(
            "\u{FEFF}split,file,score,reader1,reader2\r\ntest,a.png,3.5,3,4\r\n\r\n train ,\"b.png\", 0,0,0\r\n")
        #expect(data.samples.map(\.file) == ["a.png", "b.png"])
        #expect(
            data.samples[0]
                == Sample(
                    file: "a.png", path: folder.file("a.png"), score: 3.5, readers: [3, 4], split: .test, line: 2))
        #expect(try data.indices(in: .train) == [1])
        #expect(error { try data.indices(in: .validation) }?.found == "no image in the split 'validation'")
    }

    /// Each broken table: what the error says of the place and of what was found.
    @Test(arguments: [
        ("", "labels.csv", "no header"),
        ("a.png,3\n", "line 1", "no column 'file' and none 'score'"),
        ("file,points\n", "line 1", "no column 'score' in the header file,points"),
        ("file,score,score\n", "line 1, column 3", "the same as 'score' in column 2"),
        ("file,score\n", "labels.csv", "no images"),
        ("file,score\n\na.png,3\nnone.png,4\n", "line 4, column 'file'", "'none.png', which is not there"),
        ("file,score\n,3\n", "line 2, column 'file'", "nothing"),
        ("file,score\n\"a.png\",x3\n", "line 2, column 'score'", "'x3'"),
        ("file,score\na.png,\n", "line 2, column 'score'", "''"),
        ("file,score\na.png,nan\n", "line 2, column 'score'", "'nan'"),
        ("file,score\na.png,1e999\n", "line 2, column 'score'", "'1e999'"),
        ("file,score,reader1,reader2\na.png,1,2,?\n", "line 2, column 'reader2'", "'?'"),
        ("file,score,split\na.png,1,holdout\n", "line 2, column 'split'", "'holdout'"),
        ("file,score\na.png,1\n./a.png,2\n", "line 3, column 'file'", "line 2 has already"),
        ("file,score\na.png,1,5\n", "line 2", "3 fields"),
        ("file,score\n\"a.png,1\nb.png,2\n", "line 2, column 1", "never closed"),
        ("file,score\n\"a.png\"x,1\n", "line 2, column 1", "after a closing quote"),
        ("file,score\na\".png,1\n", "line 2, column 1", "a quote inside"),
    ])
    func brokenTablesAreErrors(csv: String, location: String, found: String) throws {
        let error = error { try dataset(csv) }
        #expect(
            error?.location.contains(location) == true && error?.location.contains("labels.csv") == true,
            "\(String(describing: error))")
        #expect(error?.found.contains(found) == true, "\(String(describing: error))")
    }

    @Test func linesAreCountedThroughQuotedLineBreaks() throws {
        let error = error { try dataset("file,score\n\"two\nlines.png\",1\nnone.png,1\n", images: ["two\nlines.png"]) }
        #expect(error?.location.contains("line 4") == true)
    }

    @Test func aMissingTableIsAnError() {
        #expect(error { try Dataset(folder: folder.path) }?.location == folder.file("labels.csv"))
    }

    @Test func theSeededSplitHasThePapersShares() {
        let files = (0..<3618).map { "\($0).png" }
        let splits = Split.seeded(files, seed: 1)
        #expect(Split.allCases.map { part in splits.count { $0 == part } } == [2700, 760, 158])
        #expect(splits != Split.seeded(files, seed: 2))
        let reversed = Split.seeded(files.reversed(), seed: 1)
        #expect(Array(reversed.reversed()) == splits)
        #expect(
            Split.shares(of: 3) == [1, 1, 1] && Split.shares(of: 1) == [1, 0, 0]
                && Split.shares(of: 500) == [373, 105, 22])
    }
}
