# Reference answers of limma for voom and voomWithQualityWeights.
# Run in this folder: Rscript precision.R > precision.json   (written with limma 3.68 and edgeR 4.10 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(edgeR); library(jsonlite)})
source("writer.R")
set.seed(11); G <- 40; n <- 6
mu <- exp(runif(G, 0, 7)); counts <- matrix(rnbinom(G * n, mu = rep(mu, n) * rep(c(0.6, 1, 1.3, 0.9, 2, 1), each = G), size = 4), G)
counts[1:2, ] <- 0; counts[3, 1:3] <- 0; counts[4:6, 4] <- 0
two <- cbind(1, rep(0:1, each = 3)); batch <- cbind(two, c(0, 1, 0, 1, 0, 1))
offset <- matrix(rnorm(G * n, 9, 0.3), G); offset.prior <- round(matrix(rnorm(G * n, 0, 0.2), G), 3)
cells <- round(matrix(runif(G * n, 0.2, 2), G), 3)
input(counts = counts, two = two, batch = batch, offset = offset, offset_prior = offset.prior, cells = cells,
      samples = c(0.5, 1, 2, 1, 0.3, 1), block = c(1, 2, 3, 1, 2, 3), libraries = c(9000, 8000, 12000, 7000, 10000, 9500.5), fractions = counts / 4)
tested <- function(v, ...) { f <- eBayes(lmFit(v, ...)); k <- ncol(f$t); list(t = f$t[, k], p = f$p.value[, k]) }
answer <- function(name, args, v, what, ...) add("voom", name, args, c(list(weights = v$weights, lib_size = v$targets$lib.size, line_x = v$voom.line$x, line_y = v$voom.line$y), what, tested(v, ...)))
ask <- function(name, args, ..., E = FALSE) { v <- suppressWarnings(voom(..., save.plot = TRUE)); answer(name, args, v, if (E) list(E = v$E)) }
ask("plain", list(counts = "counts", design = "two"), counts, two, E = TRUE)
ask("batch", list(counts = "counts", design = "batch"), counts, batch)
ask("no design", list(counts = "counts"), counts)
ask("span", list(counts = "counts", design = "two", span = 0.4, adaptive_span = FALSE), counts, two, span = 0.4, adaptive.span = FALSE)
ask("library sizes", list(counts = "counts", design = "two", lib_size = "libraries"), counts, two, lib.size = c(9000, 8000, 12000, 7000, 10000, 9500.5))
ask("fractions", list(counts = "fractions", design = "two"), counts / 4, two)
ask("offset", list(counts = "counts", design = "two", offset = "offset"), counts, two, offset = offset, E = TRUE)
ask("offset prior", list(counts = "counts", design = "two", offset_prior = "offset_prior"), counts, two, offset.prior = offset.prior, E = TRUE)
ask("weights of samples", list(counts = "counts", design = "two", weights = "samples"), counts, two, weights = c(0.5, 1, 2, 1, 0.3, 1))
ask("weights of observations", list(counts = "counts", design = "two", weights = "cells"), counts, two, weights = cells)
ask("blocks", list(counts = "counts", design = "two", block = "block", correlation = 0.3), counts, two, block = c(1, 2, 3, 1, 2, 3), correlation = 0.3)
for (m in c("scale", "quantile", "cyclicloess")) ask(m, list(counts = "counts", design = "two", normalize_method = m), counts, two, normalize.method = m, E = TRUE)
quality <- function(name, args, ...) { v <- suppressWarnings(voomWithQualityWeights(..., save.plot = TRUE)); add("voom_with_quality_weights", name, args, c(list(weights = v$weights, sample_weights = v$targets$sample.weights), tested(v))) }
quality("plain", list(counts = "counts", design = "two"), counts, two)
quality("groups", list(counts = "counts", design = "batch", var_group = "block"), counts, batch, var.group = c(1, 2, 3, 1, 2, 3))
quality("variance design", list(counts = "counts", design = "two", var_design = "samples"), counts, two, var.design = cbind(c(0.5, 1, 2, 1, 0.3, 1)))
quality("reml", list(counts = "counts", design = "two", method = "reml"), counts, two, method = "reml")
quality("offset and span", list(counts = "counts", design = "two", offset = "offset", span = 0.4, adaptive_span = FALSE), counts, two, offset = offset, span = 0.4, adaptive.span = FALSE)
quality("blocks", list(counts = "counts", design = "two", block = "block", correlation = 0.3), counts, two, block = c(1, 2, 3, 1, 2, 3), correlation = 0.3)
finish("limma", "edgeR")
