import Foundation
import Testing

/// The table at the head of docs/architecture.md is the package's manifest in words, and the sources keep to it.
@Suite struct ArchitectureTests {
    private struct Target: Equatable { var folder: String, dependencies: Set<String> }

    private struct Manifest: Decodable {
        struct Target: Decodable {
            struct Dependency: Decodable {
                /// A name, then what does not matter here.
                let byName: [Name?]?, target: [Name?]?, product: [Name?]?
                var name: String? { (byName ?? target ?? product)?.first??.text }
            }
            /// A string; a condition beside it is an object.
            struct Name: Decodable {
                let text: String?
                init(from decoder: any Decoder) throws {
                    text = try? decoder.singleValueContainer().decode(String.self)
                }
            }
            let name: String, type: String, path: String?, dependencies: [Dependency]
        }
        let targets: [Target]
    }

    /// Names in the table leave out the prefix that all modules have.
    private static func short(_ name: String) -> String {
        name.hasPrefix("Tessera") && name != "Tessera" ? String(name.dropFirst("Tessera".count)) : name
    }

    private static func manifest() throws -> [String: Target] {
        let folder = try TemporaryFolder()
        let result = try Repository.run("swift", ["package", "--scratch-path", folder.path, "dump-package"])
        try #require(result.status == 0, "swift package dump-package: \(result.errors)")
        let targets = try JSONDecoder().decode(Manifest.self, from: result.output).targets.filter { $0.type != "test" }
        return Dictionary(
            uniqueKeysWithValues: targets.map { target in
                let dependencies = Set(target.dependencies.compactMap(\.name).map(short))
                return (
                    target.name, Target(folder: target.path ?? "Sources/\(target.name)", dependencies: dependencies)
                )
            })
    }

    private static func table() throws -> [String: Target] {
        let rows = Repository.table(in: try Repository.text("docs/architecture.md"), beginning: "module")
        return Dictionary(
            uniqueKeysWithValues: rows.map { cells in
                let names =
                    cells[3] == "nothing"
                    ? [] : cells[3].split(separator: ",").map { short($0.trimmingCharacters(in: .whitespaces)) }
                return (
                    cells[0], Target(folder: cells[1].replacingOccurrences(of: "`", with: ""), dependencies: Set(names))
                )
            })
    }

    @Test func theTableIsTheManifest() throws {
        let table = try Self.table(), manifest = try Self.manifest()
        for (name, target) in manifest.sorted(by: { $0.key < $1.key }) {
            guard let row = table[name] else {
                Issue.record(
                    "docs/architecture.md has no row for \(name) (\(target.folder), depends on \(target.dependencies.sorted().joined(separator: ", ")))"
                )
                continue
            }
            #expect(row.folder == target.folder, "folder of \(name)")
            #expect(row.dependencies == target.dependencies, "dependencies of \(name)")
        }
        for name in table.keys.sorted() where manifest[name] == nil {
            Issue.record("docs/architecture.md has a row for \(name), which Package.swift has not")
        }
    }

    /// Swift compiles an import of any module that happens to be built; what counts is what the manifest allows,
    /// directly or through others.
    @Test func sourcesImportWhatTheManifestAllows() throws {
        let manifest = try Self.manifest()
        let byShortName = Dictionary(uniqueKeysWithValues: manifest.map { (Self.short($0.key), $0.value) })
        func closure(of name: String, _ seen: inout Set<String>) {
            guard seen.insert(name).inserted, let target = byShortName[name] else { return }
            for dependency in target.dependencies { closure(of: dependency, &seen) }
        }
        for (name, target) in manifest {
            var allowed = Set<String>()
            closure(of: Self.short(name), &allowed)
            let folder = Repository.root.appendingPathComponent(target.folder)
            for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where file.hasSuffix(".swift")
            {
                for line in try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8).split(
                    separator: "\n")
                {
                    let words = line.split(separator: " ")
                    guard let place = words.firstIndex(of: "import"), place <= 1, words.count == place + 2 else {
                        continue
                    }
                    let module = Self.short(String(words[place + 1]))
                    if byShortName[module] != nil {
                        #expect(allowed.contains(module), "\(target.folder)/\(file) imports \(module)")
                    }
                }
            }
        }
    }
}
