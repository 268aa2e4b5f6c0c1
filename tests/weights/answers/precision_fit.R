# Reference answers of edgeR for voomLmFit.
# Run in this folder: Rscript precision_fit.R > precision_fit.json   (written with limma 3.68 and edgeR 4.10 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(edgeR); library(jsonlite)})
source("writer.R")
set.seed(13); G <- 30; n <- 8
mu <- exp(runif(G, 1, 6)); counts <- matrix(rnbinom(G * n, mu = rep(mu, n) * rep(c(0.6, 1, 1.3, 0.9, 2, 1, 0.5, 1), each = G), size = 4), G)
full <- counts + 1
counts[1, ] <- 0; counts[2, 1:4] <- 0; counts[3, 1:5] <- 0; counts[4, 5:8] <- 0; counts[5, 1:3] <- 0; counts[6, 2:8] <- 0; counts[7, c(1, 3, 5, 7)] <- 0; counts[8, c(1, 3)] <- 0; counts[9, 1:6] <- 0; counts[10, 3:6] <- 0
two <- cbind(1, rep(0:1, each = 4)); covariate <- cbind(two, c(0.3, 1.2, 2.5, 3.1, 0.1, 1.4, 1.9, 3.3)); batch <- cbind(two, rep(0:1, 4))
offset <- matrix(rnorm(G * n, 8, 0.3), G); prior <- round(matrix(rnorm(G * n, 0, 0.2), G), 3)
known <- list(counts = counts, full = full, one = cbind(rep(1, n)), two = two, batch = batch, covariate = covariate, four = cbind(rep(1:0, c(2, 6)), rep(c(0, 1, 0), c(2, 2, 4)), rep(c(0, 1, 0), c(4, 2, 2)), rep(0:1, c(6, 2))), offset = offset, offset_prior = prior,
              cells = round(matrix(runif(G * n, 0.2, 2), G), 3), libraries = c(900, 800, 1200, 700, 1000, 950.5, 800, 870), block = c(1, 2, 3, 4, 1, 2, 3, 4), quality = cbind(c(0.5, 1, 2, 1, 0.3, 1, 1, 2)), groups = c(1, 2, 1, 2, 1, 2, 1, 2))
do.call(input, known)
in_r <- c(prior_weights = "prior.weights", sample_weights = "sample.weights", var_design = "var.design", var_group = "var.group", prior_n = "prior.n", lib_size = "lib.size", offset_prior = "offset.prior", normalize_method = "normalize.method", adaptive_span = "adaptive.span")
last <- function(f) { f <- suppressWarnings(eBayes(f)); k <- ncol(f$t); list(t = f$t[, k], p = f$p.value[, k]) }
fit <- function(name, ...) {
  args <- list(...); r <- lapply(args, function(v) if (is.character(v) && v %in% names(known)) known[[v]] else v); named <- names(r) %in% names(in_r); names(r)[named] <- in_r[names(r)[named]]
  invisible(capture.output(f <- suppressMessages(suppressWarnings(do.call(voomLmFit, c(r, list(save.plot = TRUE)))))))
  add("voom_lm_fit", name, args, c(list(weights = f$EList$weights, sigma = f$sigma, df = f$df.residual, sample_weights = f$targets$sample.weight, correlation = f$correlation, x = f$voom.xy$x), last(f)))
}
fit("plain", counts = "counts", design = "two"); fit("no zeros", counts = "full", design = "two"); fit("no design", counts = "counts"); fit("batch", counts = "counts", design = "batch"); fit("covariate", counts = "counts", design = "covariate"); fit("four groups", counts = "counts", design = "four")
fit("span", counts = "counts", design = "two", span = 0.6, adaptive_span = FALSE); fit("library sizes", counts = "counts", design = "two", lib_size = "libraries"); fit("offset", counts = "counts", design = "batch", offset = "offset"); fit("offset prior", counts = "counts", design = "batch", offset_prior = "offset_prior")
fit("quantiles", counts = "counts", design = "two", normalize_method = "quantile"); fit("prior weights", counts = "counts", design = "two", prior_weights = "cells"); fit("prior weights of samples", counts = "counts", design = "two", prior_weights = "libraries"); fit("prior weights and blocks", counts = "counts", design = "two", prior_weights = "cells", block = "block")
fit("blocks", counts = "counts", design = "two", block = "block"); fit("blocks without zeros", counts = "full", design = "two", block = "block"); fit("sample weights", counts = "counts", design = "two", sample_weights = TRUE); fit("sample weights and blocks", counts = "counts", design = "batch", sample_weights = TRUE, block = "block")
fit("variance groups", counts = "counts", design = "two", var_group = "groups"); fit("variance design", counts = "counts", design = "two", var_design = "quality", prior_n = 4); fit("sample weights without zeros", counts = "full", design = "two", sample_weights = TRUE)
finish("limma", "edgeR")
