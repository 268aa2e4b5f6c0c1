# Samples in batches: effects removed, hidden factors estimated.
suppressMessages(library(sva))
batch <- as.vector(doubles("batch.bin", samples, 1L))
slow_rows <- min(1000L, features)
n_factors <- 5L
quiet <- function(call) function() { sink(nullfile()); on.exit(sink()); call() }

adjusted <- function(rows, ...) {
  run <- timed(quiet(function() ComBat(y[seq_len(rows), ], batch, design[, -1L, drop = FALSE], ...)))
  tell(list(adjustment = run$seconds), list(values = size(run$result)))
}
surrogates <- function(method) {
  run <- timed(quiet(function() sva(y, design, design[, 1L, drop = FALSE], n.sv = n_factors, method = method)))
  tell(list(factors = run$seconds), list(values = size(run$result$sv)))
}
stages <- list(
  remove_batch_effect = function() {
    run <- timed(function() removeBatchEffect(y, batch = batch, design = design))
    tell(list(removal = run$seconds), list(values = size(run$result)))
  },
  combat = function() adjusted(features),
  "combat without a parametric prior" = function() adjusted(slow_rows, par.prior = FALSE),
  "surrogate_variables irw" = function() surrogates("irw"),
  "surrogate_variables two-step" = function() surrogates("two-step"),
  "num_sv by permutations" = function() {
    run <- timed(quiet(function() num.sv(y, design, method = "be", seed = 1)))
    tell(list(number = run$seconds), list())
  }
)
