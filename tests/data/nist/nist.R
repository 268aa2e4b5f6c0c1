# What R's lm makes of the linear regression sets of NIST StRD, for the digits that it reaches.
# Run in this folder: Rscript nist.R > nist_lm.json   (written with R 4.6; reads nist_strd.json)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages(library(jsonlite))
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
columns <- function(s) {
  x <- if (is.null(s$X)) outer(s$x, seq_len(max(s$poly, 1)), `^`) else s$X
  if (s$intercept) cbind(1, x) else x
}
estimate <- function(s, tol) {
  x <- columns(s)
  fit <- lm(s$y ~ 0 + x, tol = tol)
  table <- suppressWarnings(summary(fit))$coefficients
  se <- rep(NA, length(coef(fit)))
  se[!is.na(coef(fit))] <- unname(table[, 2])
  list(beta = hex(unname(coef(fit))), se = hex(se), sigma = unbox(hex(sqrt(sum(residuals(fit)^2) / df.residual(fit)))))
}
sets <- fromJSON("nist_strd.json")$sets
answers <- lapply(sets, estimate, tol = 1e-7)
answers[["Filip, tol 1e-8"]] <- estimate(sets$Filip, 1e-8)
cat(toJSON(list(R = unbox(as.character(getRversion())), answers = answers), pretty = TRUE), "\n")
