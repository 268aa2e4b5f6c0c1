# Reference answers of limma for avereps, avearrays and avedups.
# Run in this folder: Rscript replicates.R > replicates.json   (written with limma 3.68 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(jsonlite)})
source("writer.R")
quiet <- suppressWarnings
set.seed(5); G <- 24; n <- 7
y <- round(matrix(rnorm(G * n, 7, 2), G), 4); gaps <- y; gaps[sample(G * n, 40)] <- NA; gaps[1:6, 1] <- NA; gaps[9, ] <- NA
features <- c(3, 1, 3, 2, 1, 3, 9, 9, 8, 4, 4, 4, 4, 5, 6, 7, 7, 5, 6, 2, 10, 11, 12, 10); samples <- c(2, 1, 2, 3, 3, 1, 2)
cells <- round(matrix(runif(G * n, 0.1, 3), G), 3); some <- cells; some[2, ] <- 0; some[3:5, 1:3] <- 0; arrays <- c(1, 2, 0.5, 3, 1, 0, 1.5)
other <- round(matrix(runif(G * n), G), 3)
input(y = y, gaps = gaps, features = features, samples = samples, cells = cells, some = some, arrays = arrays, other = other)
mean_of <- function(E) list(E = unname(as.matrix(E)))
parts <- function(e) list(E = unname(e$E), weights = unname(e$weights), other = unname(e$other$o), first = e$genes$row)
list_of <- function(E, weights = NULL, other = NULL) {
  e <- list(E = E, genes = data.frame(row = seq_len(nrow(E)) - 1, more = "x")); e$weights <- weights; if (!is.null(other)) e$other <- list(o = other); new("EList", e)
}
# E, weights and other of the same problem in one question; R needs names for what it averages.
for (E in c("y", "gaps")) {
  x <- get(E)
  add("avereps", E, list(E = E, ids = "features"), mean_of(avereps(x, ID = features)))
  add("avereps", paste(E, "in a list"), list(E = E, ids = "features", weights = "cells", other = "other"), parts(avereps(list_of(x, cells, other), ID = features)))
  add("avearrays", E, list(E = E, ids = "samples"), mean_of(avearrays(x, ID = samples)))
  for (w in c("cells", "some")) add("avearrays", paste(E, "weights", w), list(E = E, ids = "samples", weights = w), mean_of(quiet(avearrays(x, ID = samples, weights = get(w)))))
  add("avearrays", paste(E, "array weights"), list(E = E, ids = "samples", weights = "arrays"), mean_of(quiet(avearrays(x, ID = samples, weights = arrays))))
  e <- list_of(x, some, other); colnames(e$E) <- paste0("s", seq_len(n))
  add("avearrays", paste(E, "in a list"), list(E = E, ids = "samples", weights = "some", other = "other"), parts(quiet(avearrays(e, ID = samples))))
  for (spacing in c(1, 4, 12)) {
    add("avedups", paste(E, spacing), list(E = E, ndups = 2, spacing = spacing), mean_of(avedups(x, ndups = 2, spacing = spacing)))
    add("avedups", paste(E, "weights", spacing), list(E = E, ndups = 2, spacing = spacing, weights = "some"), mean_of(avedups(x, ndups = 2, spacing = spacing, weights = some)))
    add("avedups", paste(E, "in a list", spacing), list(E = E, ndups = 2, spacing = spacing, weights = "some"), parts(avedups(list_of(x, some), ndups = 2, spacing = spacing)))
  }
  add("avedups", paste(E, "three"), list(E = E, ndups = 3, spacing = 2), mean_of(avedups(x, ndups = 3, spacing = 2)))
}
finish("limma")
