# Rows on their own: weights, missing values, robust fits, contrasts, priors.
weights <- doubles("weights.bin", features, samples)
gaps <- doubles("gaps.bin", features, samples)

fit_only <- function(...) {
  run <- timed(function() lmFit(..., design = design))
  tell(list(fit = run$seconds), list(coefficients = size(run$result$coefficients), sigma = size(run$result$sigma)))
}
prior_only <- function(data) {
  fit <- timed(function() lmFit(data, design))
  run <- timed(function() eBayes(fit$result, trend = TRUE, robust = TRUE))
  tell(list(fit = fit$seconds, prior = run$seconds),
       list(s2_post = size(run$result$s2.post), t = size(run$result$t), B = size(run$result$lods)))
}
contrasts_only <- function(weights = NULL) {
  rows <- seq_len(coefficients) - 1
  matrix <- cbind(ifelse(rows > 0, (-1)^rows, 0), rows)
  fit <- timed(function() lmFit(y, design, weights = weights))
  run <- timed(function() contrasts.fit(fit$result, matrix))
  tell(list(fit = fit$seconds, contrasts = run$seconds), list(coefficients = size(run$result$coefficients)))
}
stages <- list(
  weighted = function() fit_only(y, weights = weights),
  missing = function() fit_only(gaps),
  robust = function() fit_only(y, method = "robust"),
  contrasts = function() contrasts_only(),
  "weighted contrasts" = function() contrasts_only(weights),
  prior = function() prior_only(y),
  "prior of gaps" = function() prior_only(gaps)
)
