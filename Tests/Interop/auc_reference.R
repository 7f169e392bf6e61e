# Writes Tests/Golden/Statistics/auc.json: predictions of yes/no scores with the area under the curve and its DeLong interval, by pROC.
#
#     apt-get install r-base-core r-cran-proc
#     Rscript Tests/Interop/auc_reference.R Tests/Golden/Statistics/auc.json
suppressMessages(library(pROC))

cases <- list(
  overlapping = list(
    truth = rep(c(0, 1, 0, 0, 1, 1, 0, 1, 0, 1), 4),
    prediction = (seq(0, 39) * 17 %% 41) / 41 * 0.6 + rep(c(0, 1, 0, 0, 1, 1, 0, 1, 0, 1), 4) * 0.25),
  tied = list(
    truth = c(0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1),
    prediction = c(0.1, 0.2, 0.2, 0.5, 0.5, 0.5, 0.9, 0.2, 0.5, 0.9, 0.1, 0.5)),
  separated = list(truth = c(0, 0, 0, 1, 1), prediction = c(-1, 0, 0.5, 0.6, 2)),
  reversed = list(truth = c(1, 1, 0, 1, 0, 0, 0), prediction = c(0.1, 0.2, 0.15, 0.3, 0.7, 0.8, 0.9)),
  equal = list(truth = c(0, 1, 0, 1, 1), prediction = rep(0.5, 5)),
  near = list(truth = rep(c(1, 1, 0, 1, 1, 1, 0), 3), prediction = c(9:15, 8:14, 10:16) + rep(c(4, 4, 0, 4, 4, 4, 0), 3)))

numbers <- function(values) paste0("[", paste(sprintf("%.17g", values), collapse = ", "), "]")
entries <- sapply(names(cases), function(name) {
  case <- cases[[name]]
  curve <- roc(case$truth, case$prediction, levels = c(0, 1), direction = "<", quiet = TRUE)
  bounds <- suppressWarnings(ci.auc(curve, method = "delong"))
  sprintf(
    ' {"name": "%s", "truths": %s, "predictions": %s, "area": %.17g, "interval": %s}', name, numbers(case$truth), numbers(case$prediction),
    as.numeric(auc(curve)), numbers(c(bounds[1], bounds[3])))
})
writeLines(c("[", paste(entries, collapse = ",\n"), "]"), commandArgs(trailingOnly = TRUE)[1])
