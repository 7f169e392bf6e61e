// swift-tools-version:6.2
import PackageDescription

/// A Swift module of the engine: the folder `Sources/NAME` holds the module `TesseraNAME`.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: "Tessera\(name)", dependencies: dependencies, path: "Sources/\(name)")
}

/// The tests of one module: `Tests/NAMETests`.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests")
}

let package = Package(
    name: "tessera",
    products: [
        .library(name: "Tessera", targets: ["Tessera"]),
        .library(name: "TesseraModels", targets: ["TesseraModels"]),
        .executable(name: "tessera", targets: ["TesseraTool"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    ],
    targets: [
        module("Tensors"),
        tests("Tensors", ["TesseraTensors"]),
        .systemLibrary(name: "CPNG", path: "Sources/CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .target(name: "CPNGShim", dependencies: ["CPNG"], path: "Sources/CPNGShim"),
        module("Imaging", ["TesseraTensors", "CPNGShim"]),
        tests("Imaging", ["TesseraImaging", "TestSupport"]),
        .target(name: "TestSupport", dependencies: ["TesseraCompiler", "TesseraAutodiff"], path: "Tests/TestSupport"),
        tests("IR", ["TesseraPasses"]),
        tests("Ops", ["TestSupport", "TesseraTraining"]),
        tests("Autodiff", ["TestSupport"]),
        tests("Layers", ["TesseraLayers"]),
        .target(name: "AllocationCount", path: "Tests/AllocationCount"),
        tests("Execution", ["TestSupport", "TesseraModels", "AllocationCount"]),
        tests("Planning", ["TesseraPlanning"]),
        tests("Passes", ["TesseraModels", "TesseraCompiler"]),
        module("IR", ["TesseraTensors", .product(name: "RealModule", package: "swift-numerics")]),
        module("Ops", ["TesseraIR"]),
        module("Autodiff", ["TesseraOps"]),
        module("Layers", ["TesseraOps"]),
        .systemLibrary(
            name: "CProtobufC", path: "Sources/CProtobufC", pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev"])]),
        .target(name: "COnnx", dependencies: ["CProtobufC"]),
        module("ONNX", ["TesseraPasses", "COnnx"]),
        tests("ONNX", ["TesseraONNX", "TesseraCompiler", "TesseraModels"]),
        .target(name: "CKernels"),
        .target(name: "KernelCases", dependencies: ["CKernels"], path: "Tests/Kernels", exclude: ["main.c"]),
        tests("Kernel", ["KernelCases", "TesseraExecution"]),
        module("Passes", ["TesseraOps"]),
        module("Planning", ["TesseraIR"]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        module("Execution", ["TesseraPlanning", "TesseraOps", "CKernels", "COpenBLAS"]),
        module("Compiler", ["TesseraPasses", "TesseraExecution"]),
        module("Inspection", ["TesseraCompiler"]),
        tests("Inspection", ["TesseraInspection", "TesseraModels"]),
        module("Plotting"),
        tests("Plotting", ["TesseraPlotting"]),
        module(
            "Training",
            ["TesseraLayers", "TesseraAutodiff", "TesseraCompiler", "TesseraImaging", "TesseraONNX", "TesseraPlotting"]),
        tests("Training", ["TesseraTraining", "TesseraModels"]),
        .target(name: "TesseraModels", dependencies: ["TesseraLayers"], path: "Models"),
        tests("Models", ["TesseraModels", "TesseraTraining"]),
        .target(name: "Tessera", dependencies: ["TesseraTraining", "TesseraInspection"], path: "Sources/Tessera"),
        .executableTarget(
            name: "TesseraTool",
            dependencies: [
                "Tessera", "TesseraModels", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tools/tessera"
        ),
        tests("Tool", ["TesseraTool", "TesseraTraining", "TestSupport"]),
        .executableTarget(name: "Example", dependencies: ["Tessera"], path: "docs/example"),
        tests("Docs", ["TesseraOps", "Example"]),
    ],
    swiftLanguageModes: [.v6]
)
