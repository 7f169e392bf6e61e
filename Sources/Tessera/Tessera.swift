/// The whole engine in one import.
@_exported import TesseraAutodiff
@_exported import TesseraCompiler
@_exported import TesseraExecution
@_exported import TesseraIR
@_exported import TesseraImaging
@_exported import TesseraInspection
@_exported import TesseraLayers
@_exported import TesseraONNX
@_exported import TesseraOps
@_exported import TesseraPasses
@_exported import TesseraPlanning
@_exported import TesseraPlotting
@_exported import TesseraTensors
@_exported import TesseraTraining
