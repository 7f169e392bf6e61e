import TesseraInspection
import Testing

@Suite struct TextTableTests {
    @Test func columnsAreAligned() {
        var table = TextTable([("name", .left), ("bytes", .right), ("", .left)])
        table.add(["a", "1,024", "x"])
        table.add(["longer", "8", ""])
        #expect(
            table.text == """
                name    bytes
                a       1,024  x
                longer      8
                """)
    }

    @Test func numbersAreGrouped() {
        #expect(
            [0, 999, 1000, -1_887_241, 12_345_678].map(\.grouped) == ["0", "999", "1,000", "-1,887,241", "12,345,678"])
    }
}
