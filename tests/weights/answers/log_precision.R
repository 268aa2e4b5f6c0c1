# Reference answers of limma for vooma, voomaByGroup and voomaLmFit.
# Run in this folder: Rscript log_precision.R > log_precision.json   (written with limma 3.68 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(jsonlite)})
source("writer.R")
set.seed(12); G <- 28; n <- 6
a <- runif(G, 3, 14); y <- round(matrix(rnorm(G * n, rep(a, n), rep(0.3 + exp(-a / 5) * rgamma(G, 4, 2), n)), G), 3)
y <- y + outer(rnorm(G, 0, 0.5), c(1, 0, -1, 1, 0, -1)) # pairs of samples go together
two <- cbind(1, rep(0:1, each = 3)); block <- c(1, 2, 3, 1, 2, 3); group <- c(1, 1, 2, 2, 2, 3)
gaps <- y; gaps[2, 1] <- NA; gaps[3, 2:3] <- NA; gaps[4, 6] <- NA; gaps[5:6, 5] <- NA
predictor <- round(matrix(rnorm(G * n), G), 3); holes <- predictor; holes[is.na(gaps)] <- NA; cells <- round(matrix(runif(G * n, 0.2, 2), G), 3)
known <- list(y = y, gaps = gaps, two = two, trio = cbind(two, c(0, 1, 0, 1, 0, 1)), predictor = predictor, holes = holes, column = predictor[, 1, drop = FALSE],
              cells = cells, libraries = c(0.5, 1, 2, 1, 0.3, 1), block = block, group = group, halves = rep(1:2, each = 3), variances = cbind(c(0.5, 1, 2, 1, 0.3, 1)))
do.call(input, known)
last <- function(f) { f <- suppressWarnings(eBayes(f)); k <- ncol(f$t); list(t = f$t[, k], p = f$p.value[, k]) }
in_r <- c(legacy_span = "legacy.span", prior_weights = "prior.weights", sample_weights = "sample.weights", var_design = "var.design", var_group = "var.group", prior_n = "prior.n")
call <- function(f, args, ...) {
  args <- lapply(args, function(v) if (is.character(v)) known[[v]] else v); named <- names(args) %in% names(in_r); names(args)[named] <- in_r[names(args)[named]]
  invisible(capture.output(v <- suppressMessages(suppressWarnings(do.call(f, c(args, list(...))))))); v
}
ask <- function(name, ...) { args <- list(...); v <- call(vooma, args, save.plot = TRUE); add("vooma", name, args, c(list(weights = v$weights, span = v$span, line_x = v$voom.line$x, line_y = v$voom.line$y), last(lmFit(v)))) }
ask("plain", y = "y", design = "two"); ask("no design", y = "y"); ask("three columns", y = "y", design = "trio"); ask("span", y = "y", design = "two", span = 0.4); ask("legacy span", y = "y", design = "two", legacy_span = TRUE)
ask("blocks", y = "y", design = "two", block = "block", correlation = 0.4); ask("predictor", y = "y", design = "two", predictor = "predictor"); ask("predictor of features", y = "y", design = "two", predictor = "column")
ask("predictor and blocks", y = "y", design = "two", predictor = "predictor", block = "block", correlation = 0.4)
grouped <- function(name, ...) { args <- list(...); v <- call(voomaByGroup, args); add("vooma_by_group", name, args, list(weights = v$weights, x = c(t(v$voom.xy$x)), y = c(t(v$voom.xy$y)))) }
grouped("a group of one", y = "y", group = "group"); grouped("a design", y = "y", group = "halves", design = "trio"); grouped("blocks", y = "y", group = "halves", block = "block", correlation = 0.2)
grouped("blocks and a group of one", y = "y", group = "group", block = "halves", correlation = 0.2); grouped("span", y = "y", group = "halves", span = 0.5); grouped("legacy span", y = "y", group = "halves", legacy_span = TRUE)
fit <- function(name, ...) {
  args <- list(...); f <- call(voomaLmFit, args)
  add("vooma_lm_fit", name, args, c(list(weights = f$EList$weights, sigma = f$sigma, df = f$df.residual, span = f$span, sample_weights = f$targets$sample.weight, correlation = f$correlation), last(f)))
}
fit("plain", y = "y", design = "two"); fit("no design", y = "y"); fit("gaps", y = "gaps", design = "two"); fit("span", y = "y", design = "two", span = 0.4); fit("legacy span", y = "y", design = "two", legacy_span = TRUE)
fit("prior weights", y = "y", design = "two", prior_weights = "cells"); fit("prior weights of samples", y = "y", design = "two", prior_weights = "libraries"); fit("prior weights and blocks", y = "y", design = "two", prior_weights = "cells", block = "block")
fit("blocks", y = "y", design = "two", block = "block"); fit("blocks and gaps", y = "gaps", design = "two", block = "block"); fit("sample weights", y = "y", design = "two", sample_weights = TRUE); fit("sample weights and gaps", y = "gaps", design = "two", sample_weights = TRUE)
fit("sample weights and blocks", y = "y", design = "two", sample_weights = TRUE, block = "block"); fit("sample weights, blocks and gaps", y = "gaps", design = "trio", sample_weights = TRUE, block = "block")
fit("variance groups", y = "y", design = "two", var_group = "block"); fit("variance design", y = "y", design = "two", var_design = "variances", prior_n = 4)
fit("predictor", y = "y", design = "two", predictor = "predictor"); fit("predictor and gaps", y = "gaps", design = "two", predictor = "predictor"); fit("a predictor with gaps", y = "gaps", design = "two", predictor = "holes")
fit("predictor of features", y = "gaps", design = "two", predictor = "column"); fit("all together", y = "gaps", design = "two", predictor = "predictor", sample_weights = TRUE, block = "block")
finish("limma")
