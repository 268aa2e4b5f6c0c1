# Reference answers of limma for arrayWeights and arrayWeightsQuick.
# Run in this folder: Rscript quality.R > quality.json   (written with limma 3.68 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(jsonlite)})
source("writer.R")
set.seed(21); G <- 60; n <- 9
group <- rep(1:3, c(2, 3, 4)); wide <- c(1, 2, 2, 3, 1.5, 1, 1, 1, 2)
plain_x <- cbind(1, group == 2, group == 3); age <- round(rnorm(n, 50, 9)); batch <- rep(0:1, length.out = n)
aged <- cbind(plain_x, age); deficient <- cbind(1, group == 1, group == 2, group == 3, batch, 2 * batch); narrow <- cbind(plain_x, batch, age, age^2, c(1, 0, 0, 0, 2, 0, 0, 1, 0))
y <- round(7 + matrix(rnorm(G * n), G) * rep(c(0.5, 1, 1, 1, 1, 1.7, 1, 1, 0.8), each = G) * sqrt(6 / rchisq(G, 6)), 3)
gaps <- y; gaps[sample(G * n, 40)] <- NA; gaps[5, 1:7] <- NA; gaps[6, ] <- NA; gaps[7, 3:5] <- NA; gaps[8, 6:9] <- NA
flat <- y; flat[c(3, 40), ] <- 5; flat[9, ] <- group; flat[10, ] <- 0
cells <- round(matrix(runif(G * n, 0.1, 3), G), 3); holes <- cells; holes[sample(G * n, 20)] <- 0; odd <- y; odd[17, 4] <- 90; pair <- y[1:2, ]; one <- y[1, , drop = FALSE]
big <- y[1:12, ] * 1e3
values <- list(y = y, gaps = gaps, flat = flat, odd = odd, pair = pair, one = one, big = big, cells = cells, holes = holes, plain_x = plain_x, aged = aged, deficient = deficient, narrow = narrow,
               age = cbind(age), spread = cbind(age, 3, 2 * age, batch), group = group, quality = c(1, 1, 1, 1, 1, 2, 1, 1, 3), samples = c(1, 2, 0.5, 1, 1, 3, 1, 0.2, 1))
do.call(input, values)
dots <- function(a) { names(a) <- gsub("max_iter", "maxiter", gsub("_n$", ".n", gsub("^var_", "var.", names(a)))); names(a)[names(a) == "y"] <- "object"; a }
ask <- function(name, ...) { args <- list(...); told <- character()
  given <- dots(lapply(args, function(a) if (is.character(a) && a %in% names(values)) values[[a]] else a))
  v <- withCallingHandlers(suppressMessages(do.call(arrayWeights, given)), warning = function(w) { told <<- c(told, conditionMessage(w)); invokeRestart("muffleWarning") })
  add("array_weights", name, c(args, list(limit = "iteration limit reached" %in% told, stalled = any(grepl("not achievable", told)))), list(weights = unname(v))) }
for (m in c("genebygene", "reml")) {
  tag <- function(s) paste0(s, ", ", m)
  ask(tag("no design"), y = "y", method = m); ask(tag("groups"), y = "y", design = "plain_x", method = m); ask(tag("covariate"), y = "y", design = "aged", method = m); ask(tag("deficient"), y = "y", design = "deficient", method = m)
  ask(tag("two df"), y = "y", design = "narrow", method = m); ask(tag("pair"), y = "pair", design = "plain_x", method = m); ask(tag("one"), y = "one", design = "plain_x", method = m); ask(tag("flat"), y = "flat", design = "plain_x", method = m)
  ask(tag("outlier"), y = "odd", design = "plain_x", method = m); ask(tag("large numbers"), y = "big", design = "plain_x", method = m)
  for (p in c(0.5, 1, 100)) ask(tag(paste("prior", p)), y = "y", design = "plain_x", prior_n = p, method = m)
  ask(tag("var group"), y = "y", design = "plain_x", var_group = "group", method = m); ask(tag("var group of two"), y = "y", design = "aged", var_group = "quality", method = m)
  ask(tag("var design"), y = "y", design = "plain_x", var_design = "age", method = m); ask(tag("deficient var design"), y = "y", design = "plain_x", var_design = "spread", method = m)
  ask(tag("gaps"), y = "gaps", design = "plain_x", method = m); ask(tag("gaps, deficient"), y = "gaps", design = "deficient", method = m); ask(tag("gaps, var group"), y = "gaps", design = "plain_x", var_group = "group", method = m)
  ask(tag("weights"), y = "y", design = "plain_x", weights = "cells", method = m); ask(tag("weights, covariate"), y = "y", design = "aged", weights = "cells", method = m); ask(tag("weights, prior"), y = "y", design = "plain_x", weights = "cells", prior_n = 2, method = m)
  ask(tag("weights of zero"), y = "y", design = "plain_x", weights = "holes", method = m); ask(tag("weights and gaps"), y = "gaps", design = "plain_x", weights = "holes", method = m); ask(tag("weights, flat"), y = "flat", design = "plain_x", weights = "cells", method = m)
  ask(tag("weights, var group"), y = "y", design = "plain_x", weights = "cells", var_group = "group", method = m); ask(tag("weights, var design"), y = "y", design = "plain_x", weights = "cells", var_design = "age", method = m)
}
for (i in 1:4) { ask(paste("iterations", i), y = "y", design = "plain_x", max_iter = i, method = "reml"); ask(paste("iterations, weights", i), y = "y", design = "plain_x", weights = "cells", max_iter = i, method = "reml") }
for (t in c(0.1, 1e-3, 1e-8, 0)) { ask(paste("tol", t), y = "y", design = "plain_x", tol = t, method = "reml"); ask(paste("tol, weights", t), y = "y", design = "plain_x", weights = "cells", tol = t, method = "reml") }
ask("auto", y = "y", design = "plain_x"); ask("auto, gaps", y = "gaps", design = "plain_x"); ask("auto, weights", y = "y", design = "plain_x", weights = "cells"); ask("auto, small prior", y = "y", design = "plain_x", prior_n = 0.01)

# Scoring that gains more in a step than in the one before, on the way to its end
set.seed(5)
repeat {
  wild <- round(matrix(rnorm(36), 6) * rep(exp(rnorm(6)), each = 6), 3); wide <- signif(10^matrix(runif(36, -3, 3), 6), 4)
  way <- vapply(1:30, function(m) suppressWarnings(arrayWeights(wild, weights = wide, prior.n = 1, maxiter = m, method = "reml")), numeric(6))
  moves <- colSums(diff(t(log(way)))^2 |> t()); if (any(diff(moves[moves > 0]) > 1e-3)) break
}
values$wild <- wild; values$wide <- wide; input(wild = wild, wide = wide)
for (m in c(5, 500)) ask(paste("weights, longer steps", m), y = "wild", weights = "wide", prior_n = 1, max_iter = m, tol = 1e-6, method = "reml")

quick <- function(name, y, x, w = NULL) {
  fit <- suppressWarnings(lmFit(values[[y]], values[[x]], weights = if (!is.null(w)) values[[w]]))
  add("array_weights_quick", name, c(list(y = y, design = x), if (!is.null(w)) list(weights = w)), list(weights = unname(arrayWeightsQuick(values[[y]], fit))))
}
quick("plain", "y", "plain_x"); quick("covariate", "y", "aged"); quick("gaps", "gaps", "aged"); quick("weights of samples", "y", "plain_x", "samples"); quick("weights of observations", "y", "plain_x", "cells")
finish("limma")
