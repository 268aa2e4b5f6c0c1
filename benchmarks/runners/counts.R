# Counts: normalisation, precision weights, and fits that estimate weights. Library sizes are given to all but the first.
suppressMessages(library(edgeR))
lib_size <- as.vector(doubles("lib_size.bin", samples, 1L))
blocks <- as.vector(doubles("blocks.bin", samples, 1L))
storage.mode(y) <- "integer"
unnormalised <- DGEList(y)

fit_only <- function(...) {
  run <- timed(function() voomLmFit(y, design, lib.size = lib_size, plot = FALSE, ...))
  fit <- run$result
  tell(list(fit = run$seconds), list(coefficients = size(fit$coefficients), sigma = size(fit$sigma),
                                     weights = size(fit$EList$weights)))
}
stages <- list(
  norm_lib_sizes = function() {
    run <- timed(function() normLibSizes(unnormalised))
    tell(list(factors = run$seconds), list(norm_factors = sum(run$result$samples$norm.factors)))
  },
  voom = function() {
    run <- timed(function() voom(y, design, lib.size = lib_size))
    tell(list(voom = run$seconds), list(E = size(run$result$E), weights = size(run$result$weights)))
  },
  "voom + lm_fit + ebayes" = function() {
    v <- timed(function() voom(y, design, lib.size = lib_size))
    fit <- timed(function() lmFit(v$result, design))
    mod <- timed(function() eBayes(fit$result))
    tell(list(voom = v$seconds, fit = fit$seconds, ebayes = mod$seconds),
         list(coefficients = size(fit$result$coefficients), sigma = size(fit$result$sigma),
              t = size(mod$result$t), B = size(mod$result$lods)))
  },
  voom_with_quality_weights = function() {
    run <- timed(function() voomWithQualityWeights(y, design, lib.size = lib_size))
    tell(list(voom = run$seconds), list(sample_weights = size(run$result$targets$sample.weights),
                                        weights = size(run$result$weights)))
  },
  voom_lm_fit = function() fit_only(),
  "voom_lm_fit with sample weights and blocks" = function() fit_only(sample.weights = TRUE, block = blocks)
)
