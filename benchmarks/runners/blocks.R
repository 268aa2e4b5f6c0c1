# Samples in blocks: consensus correlation, weights of samples, mixed models of some rows one by one.
weights <- doubles("weights.bin", features, samples)
blocks <- as.vector(doubles("blocks.bin", samples, 1L))
lmer_rows <- min(40L, features)
invisible(requireNamespace("lmerTest", quietly = TRUE))

consensus <- function(...) {
  run <- timed(function() duplicateCorrelation(y, design, block = blocks, ...))
  tell(list(correlation = run$seconds), list(consensus = run$result$consensus.correlation,
                                             atanh = size(run$result$atanh.correlations)))
}
quality <- function(method) {
  run <- timed(function() arrayWeights(y, design, method = method))
  tell(list(weights = run$seconds), list(weights = sum(run$result)))
}
mixed <- function(row) {
  data <- data.frame(y = y[row, ], design[, -1L], block = factor(blocks))
  formula <- reformulate(c(colnames(design)[-1L], "(1 | block)"), "y")
  coef(summary(lmerTest::lmer(formula, data)))
}
stages <- list(
  duplicate_correlation = function() consensus(),
  "weighted duplicate_correlation" = function() consensus(weights = weights),
  "array_weights gene by gene" = function() quality("genebygene"),
  "array_weights reml" = function() quality("reml"),
  "correlation of each feature" = function() {
    run <- timed(function() lapply(seq_len(lmer_rows), mixed))
    found <- do.call(rbind, run$result)
    tell(list(fit = run$seconds), list(coefficients = size(found[, "Estimate"]), t = size(found[, "t value"]),
                                       df = sum(found[, "df"])), rows = lmer_rows)
  }
)
