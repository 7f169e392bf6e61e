import Foundation
import TesseraImaging
import TesseraTensors
import Testing

/// Tables as people have them: the files in Golden/Labels, beside images of the names that they hold.
@Suite struct LabelTests {
    private let folder = TemporaryFolder()

    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden/Labels").path

    private func table(_ name: String, images: [String] = ["a.png", "b.png"]) throws -> LabelTable {
        for image in images { try addImage(image) }
        return try LabelTable("\(Self.golden)/\(name)", folder: folder.path)
    }

    private func addImage(_ name: String) throws {
        let place = URL(fileURLWithPath: folder.file(name)).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try Image(width: 1, height: 1).write(png: folder.file(name))
    }

    private func table(text: String, images: [String] = ["a.png", "b.png"]) throws -> LabelTable {
        for image in images { try addImage(image) }
        return try LabelTable(folder.write(text, to: "labels.csv"), folder: folder.path)
    }

    /// Every form of the same two rows, and what a note says of it.
    @Test(arguments: [
        ("semicolons.csv", "decimal commas"), ("tabs.csv", nil), ("utf16-little.csv", "ignored column: 'name'"),
        ("utf16-big.csv", nil), ("empty-rows.csv", "2 empty rows"), ("index.csv", "ignored column: column 1"),
        ("upper-case.csv", nil), ("extra-columns.csv", "ignored columns: 'id', 'age', 'sex', 'remark'"),
        ("one-reader.csv", nil),
    ])
    func everyFormGivesTheSameRows(name: String, note: String?) throws {
        let table = try table(name)
        #expect(table.samples.map(\.file) == ["a.png", "b.png"] && table.samples.map(\.score) == [3.5, 12])
        #expect(table.findings.allSatisfy { $0.severity == .note }, "\(table.findings)")
        if table.hasGivenSplits { #expect(table.samples.map(\.split) == [.train, .test]) }
        if let note { #expect(table.findings.contains { $0.found.contains(note) }, "\(table.findings)") }
    }

    @Test func readersMayBeTwoOrOne() throws {
        #expect(try table("semicolons.csv").samples.map(\.readers) == [[3, 4], [11.5, 12.5]])
        #expect(try table("one-reader.csv").samples.map(\.readers) == [[3], [13]])
    }

    @Test func everyNameOfASplitIsKnown() throws {
        let names = "abcdefgh".map { "\($0).png" }
        let splits = try table("split-names.csv", images: names).samples.map(\.split)
        #expect(splits == [.train, .train, .validation, .validation, .validation, .validation, .test, .test])
    }

    @Test func aDrawnSplitSeparatesNoGroup() throws {
        let text = try String(contentsOfFile: "\(Self.golden)/groups.csv", encoding: .utf8)
        let names = text.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != "," }) }
        for name in names { try addImage(name) }
        var seen = Set<[Split]>()
        for seed in 0..<20 as Range<UInt64> {
            let data = try Dataset(folder: folder.path, labels: "\(Self.golden)/groups.csv", seed: seed)
            #expect(!data.hasGivenSplits)
            let parts = Dictionary(grouping: data.samples, by: \.group).mapValues { Set($0.map(\.split)) }
            #expect(parts.count == 12 && parts.values.allSatisfy { $0.count == 1 })
            #expect(Set(data.samples.map(\.split)).count == 3)
            seen.insert(data.samples.map(\.split))
        }
        #expect(seen.count > 10)
    }

    @Test func aGivenSplitThatSeparatesAGroupIsAnErrorWithGroupAndLines() throws {
        let table = try table("separated-groups.csv", images: ["a.png", "b.png", "c.png", "d.png"])
        let errors = table.findings.errors
        #expect(errors.count == 1 && errors[0].place.contains("line 5, column 'group'"))
        #expect(errors[0].found == "'A' in train (lines 2, 4) and test (line 5)")
        #expect(table.samples.map(\.file) == ["a.png", "b.png", "c.png"])
    }

    @Test func backslashesAreFoundWithANote() throws {
        let table = try table("backslashes.csv", images: ["hands/a.png", "hands/left/b.png"])
        #expect(table.samples.map(\.file) == ["hands/a.png", "hands/left/b.png"])
        #expect(table.findings.map(\.found) == ["2 images found with a slash for a backslash, such as 'hands\\a.png'"])
    }

    @Test func aNameWithABackslashIsThatFileWhereItIsThere() throws {
        let table = try table("backslashes.csv", images: ["hands\\a.png", "hands/a.png", "hands/left/b.png"])
        #expect(table.samples[0].file == "hands\\a.png" && table.samples[1].file == "hands/left/b.png")
    }

    private static let composed = "H\u{E4}nde/\u{E9}.png", decomposed = "Ha\u{308}nde/e\u{301}.png"

    @Test func anotherNormalFormIsFoundWithANote() throws {
        let table = try table("normal-forms.csv", images: [Self.decomposed])
        #expect(table.findings.map(\.severity) == [.note] && table.findings[0].found.contains("normal form"))
        let sample = try #require(table.samples.first)
        #expect(sample.path.utf8.elementsEqual(folder.file(Self.decomposed).utf8))
        #expect(try Image(png: sample.path).width == 1)
    }

    @Test func theBytesOfANameDecideWhereBothFormsAreThere() throws {
        let table = try table("normal-forms.csv", images: [Self.composed, Self.decomposed])
        #expect(
            table.findings.isEmpty
                && table.samples.map { Array($0.path.utf8) } == [Array(folder.file(Self.composed).utf8)])
        let both = try self.table(text: "file,score\n\(Self.composed),1\n\(Self.decomposed),2\n", images: [])
        #expect(both.samples.count == 2 && both.findings.isEmpty, "\(both.findings)")
    }

    @Test func aNameThatCanMeanTwoFilesIsAnError() throws {
        let half = "Ha\u{308}nde/\u{E9}.png"
        let table = try table("normal-forms.csv", images: [Self.decomposed, half])
        #expect(table.findings.errors.first?.found.contains("several files") == true)
    }

    /// Texts that are no number or more than one, each with the column that the error names.
    @Test(arguments: [
        "0x10", "inf", "-Infinity", "nan", "NaN", "NA", "1e999", "1 2", "1_000", "1.2.3", "١٢", "--1", ".", "+", "1e",
        "e5",
        "1,5", "1'000", "TRUE", "12\u{A0}",
    ])
    func whatIsNoDecimalNumberIsRefused(text: String) throws {
        let error = try table(text: "file,score\na.png,\"\(text)\"\n").findings.errors.first
        #expect(
            error?.place.hasSuffix("labels.csv, line 2, column 'score'") == true && error?.found.contains(text) == true)
    }

    @Test(arguments: [("1e3", 1000), ("+5", 5), ("5.", 5), (".5", 0.5), ("-2.5E-1", -0.25), ("007", 7)])
    func numbersAreThoseOfACSVReader(text: String, value: Double) throws {
        #expect(try table(text: "file,score\na.png,\(text)\n").samples.map(\.score) == [value])
    }

    @Test func decimalCommasBetweenCommasAreAnError() throws {
        let quoted = try table("decimal-commas.csv").findings.errors
        #expect(quoted.count == 1 && quoted[0].place.contains("line 2") && quoted[0].accepted.contains("semicolons"))
        let plain = try table(text: "file,score\na.png,3,5\nb.png,4\n").findings.errors
        #expect(plain.count == 1 && plain[0].found == "3 fields" && plain[0].accepted.contains("semicolons"))
    }

    @Test func aTableHasOneDecimalMark() throws {
        let errors = try table("two-marks.csv").findings.errors
        #expect(
            errors.count == 1 && errors[0].place.contains("line 3") && errors[0].found.contains("'1.250' where line 2"))
    }

    @Test func allFaultsAreFoundAtOnce() throws {
        let table = try table(
            text: "file,score,split\nnone.png,x,holdout\na.png,1,train\nb.png\na.png,2,train\n../b.png,3,test\n")
        #expect(
            table.findings.errors.map { "\($0.place.split(separator: "/").last!): \($0.found)" } == [
                "labels.csv, line 2, column 'file': 'none.png', which is not there",
                "labels.csv, line 2, column 'score': 'x'", "labels.csv, line 2, column 'split': 'holdout'",
                "labels.csv, line 4: 1 fields", "labels.csv, line 5, column 'file': 'a.png', which line 3 has already",
                "labels.csv, line 6, column 'file': '../b.png', which is not there",
            ])
        #expect(table.samples.map(\.file) == ["a.png"])
        let thrown = #expect(throws: DataErrors.self) { try Dataset(folder: folder.path) }
        #expect(thrown?.findings.count == 6)
    }

    @Test(arguments: [
        ([0x66, 0, 0x69, 0] as [UInt8], "line 1, character 2", "NUL"),
        (Array("file,score\na.png\0,1\n".utf8), "line 2, character 6", "NUL"),
        ([0xFF, 0xFE, 0, 0, 0x66, 0, 0, 0], "labels.csv", "UTF-32"),
        ([0xFF, 0xFE, 0x66, 0, 0x69], "labels.csv", "cut off"),
        (Array("file,score\na.png,".utf8) + [0xE9], "line 2, column 2", "no UTF-8"),
        ([0xFE, 0xFF, 0, 0x66, 0, 0x0A, 0xD8, 0], "line 2", "half of a pair"),
    ])
    func bytesThatAreNoTextAreErrors(bytes: [UInt8], place: String, found: String) throws {
        try AtomicFile.write(bytes, to: folder.file("labels.csv"))
        let error = error { try LabelTable(folder.file("labels.csv"), folder: folder.path) }
        #expect(
            error?.location.hasSuffix(place) == true && error?.found.contains(found) == true,
            "\(String(describing: error))")
    }

    @Test func headersSayWhatIsMissingOrTwice() throws {
        for (text, found) in [
            ("file,points\n", "no column 'score' in the header file,points"),
            ("a.png;3\n", "no column 'file' and none 'score' in the header a.png,3"),
            ("file,score,Score\n", "'Score', the same as 'score' in column 2"),
            ("file,score,patient,group\n", "'group', the same as 'patient' in column 3"),
        ] {
            #expect(error { try table(text: text) }?.found == found)
        }
    }

    @Test func aTableIsWrittenWithoutItsFaultyRows() throws {
        let table = try table(
            text:
                "Id;File;Score;remark\n1;a.png;3,5;\"say \"\"no\"\"\"\n2;none.png;1;x\n3;sub\\b.png;12;a, b\n4;c.png;7;\n",
            images: ["a.png", "sub/b.png", "c.png"])
        #expect(
            table.text(without: [5])
                == "Id,File,Score,remark\n1,a.png,3.5,\"say \"\"no\"\"\"\n3,sub/b.png,12,\"a, b\"\n")
    }
}
