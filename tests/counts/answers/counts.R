# Reference answers of edgeR for normalisation factors, filters, counts per million and mean abundance.
# Run in this folder: Rscript counts.R > counts.json   (written with edgeR 4.10 on R 4.6)
# Real counts are a part of humanGender in DEGreport (MIT licence): lymphoblastoid lines of women and men.
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(edgeR); library(jsonlite); library(SummarizedExperiment)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
quiet <- function(e) suppressMessages(suppressWarnings(e))
sets <- list(); cases <- list()
add <- function(call, set, args, result) {
  keep <- function(l) lapply(l[!vapply(l, is.null, NA)], function(x) if (is.character(x)) unbox(x) else if (length(x) == 1 && is.null(attr(x, "vector"))) unbox(hex(x)) else hex(x))
  cases[[length(cases) + 1]] <<- list(call = unbox(call), set = unbox(set), args = keep(args), result = if (is.logical(result)) unbox(paste(as.integer(result), collapse = "")) else hex(result))
}
vec <- function(x) if (is.null(x)) NULL else structure(x, vector = TRUE)
nb <- function(G, n, mu, size = 1, seed = 1) { set.seed(seed); matrix(rnbinom(G * n, mu = mu, size = size), G, n) }

set.seed(9); mixed <- exp(runif(80, -1, 7))
data(humanGender, package = "DEGreport"); real <- assays(humanGender)[[1]][seq(1, 10101, 101), c(1:6, 80:85)]
sets <- list(
  plain = nb(80, 6, mixed), ties = { set.seed(2); matrix(rpois(200, 2), 50, 4) }, "single cells" = nb(120, 6, 0.4, 0.3, 3),
  "single cells, more" = nb(150, 4, rep(c(0.05, 0.5, 4), each = 50), 0.3, 4), huge = nb(30, 4, 3e8, 0.5, 5), fractions = nb(40, 5, 30, 1, 6) * 0.73,
  "tied fractions" = nb(60, 4, 4, 1, 7) * 1.37, "one sample" = nb(20, 1, 20), "rows of zero" = rbind(nb(30, 4, 20, 1, 8), matrix(0, 12, 4)), "two samples" = nb(40, 2, 20, 1, 9),
  "a sample of zeros" = cbind(nb(25, 3, 20, 1, 10), 0), "two features" = matrix(c(3, 9, 1, 4, 8, 2), 2), "the same sample twice" = nb(30, 3, 20, 1, 11)[, c(1, 1, 2, 3)],
  "multiples of one sample" = outer(nb(30, 1, 20, 1, 12)[, 1], c(1, 2, 3)), outlier = { x <- nb(40, 5, 30, 2, 13); x[1, 2] <- 1e6; x }, "one group ahead" = { x <- nb(60, 6, mixed[1:60], 2, 14); x[1:15, 4:6] <- x[1:15, 4:6] * 20; x },
  real = unname(real))
sizes <- list()

for (s in names(sets)) {
  y <- sets[[s]]
  n <- ncol(y); set.seed(nchar(s)); L <- round(colSums(y) * runif(n, 1, 3)) + 1; wide <- L * exp(rnorm(n)); f <- exp(rnorm(n) / 3); f <- f / exp(mean(log(f)))
  sizes[[s]] <- list(lib_size = hex(L), wide = hex(wide), norm_factors = hex(f))
  normal <- function(...) { a <- list(...); r <- try(quiet(do.call(normLibSizes, c(list(DGEList(y, lib.size = a$lib.size)), a[names(a) != "lib.size"]))$samples$norm.factors), silent = TRUE)
    empty <- any(colSums(y) == 0) && is.null(a$lib.size) && a$method == "TMM"
    if (is.numeric(r) && all(is.finite(r)) && !empty) add("norm_lib_sizes", s, list(method = a$method, ref_column = if (is.null(a$refColumn)) NULL else a$refColumn - 1, logratio_trim = a$logratioTrim, sum_trim = a$sumTrim,
      do_weighting = if (is.null(a$doWeighting)) NULL else as.numeric(a$doWeighting), a_cutoff = a$Acutoff, p = a$p, lib_size = if (is.null(a$lib.size)) NULL else "lib_size"), r) }
  for (m in c("TMM", "TMMwsp")) {
    normal(method = m); normal(method = m, refColumn = n); normal(method = m, doWeighting = FALSE); normal(method = m, logratioTrim = 0.1, sumTrim = 0.2); normal(method = m, logratioTrim = 0, sumTrim = 0)
    normal(method = m, lib.size = L); normal(method = m, Acutoff = -8, lib.size = L)
  }
  for (m in c("RLE", "upperquartile")) { normal(method = m); normal(method = m, lib.size = L) }
  normal(method = "upperquartile", p = 0.9); normal(method = "none")

  if (any(colSums(y) == 0)) next
  d <- DGEList(y, lib.size = L); d$samples$norm.factors <- f
  keep <- function(...) { a <- list(...); r <- quiet(filterByExpr(d, ...)); add("filter_by_expr", s, list(group = vec(a$group), design = vec(a$design), lib_size = if (is.null(a$lib.size)) NULL else "wide", min_count = a$min.count, min_total_count = a$min.total.count,
      large_n = a$large.n, min_prop = a$min.prop), r) }
  keep(); g <- rep(1:2, length.out = n); keep(group = g); keep(design = matrix(1, n, 1)); keep(design = cbind(1, seq_len(n)^2)); keep(group = g, min.count = 3, min.total.count = 40); keep(lib.size = wide, group = g)
  keep(group = g, large.n = 1, min.prop = 0.4); keep(large.n = 2); keep(group = rep(1, n), min.count = 30, min.prop = 0.2, large.n = 0)

  few <- head(seq_len(nrow(y)), 10); z <- y[few, , drop = FALSE]; d <- DGEList(z, lib.size = L); d$samples$norm.factors <- f
  set.seed(1); o <- matrix(log(L), length(few), n, byrow = TRUE) + rnorm(length(z)) / 2; len <- round(exp(runif(length(few), 5, 9))); off <- d; off$offset <- o
  per <- function(x, ..., offset = NULL, len = NULL) { a <- list(...); add(if (is.null(len)) "cpm" else "rpkm", s, list(log = as.numeric(isTRUE(a$log)), prior_count = a$prior.count, offset = vec(offset), gene_length = vec(len)),
      t(if (is.null(len)) cpm(x, ...) else rpkm(x, gene.length = len, ...))) }
  per(d); per(d, log = TRUE); per(d, log = TRUE, prior.count = 0.25)
  if (s %in% c("plain", "fractions", "two samples")) { per(off, offset = o); per(off, log = TRUE, offset = o); per(off, log = TRUE, prior.count = 5, offset = o); per(d, len = len); per(d, log = TRUE, prior.count = 1, len = len); per(off, log = TRUE, offset = o, len = len) }

  z <- y[head(seq_len(nrow(y)), 30), , drop = FALSE]; phi <- exp(rnorm(nrow(z))); d <- DGEList(z, lib.size = L); d$samples$norm.factors <- f; steep <- DGEList(z, lib.size = wide)
  ave <- function(x, ...) { a <- list(...); add("ave_log_cpm", s, list(prior_count = a$prior.count, dispersion = if (length(a$dispersion) > 1) vec(a$dispersion) else a$dispersion, wide = if (identical(x, d)) NULL else 1),
      aveLogCPM(x, ...)) }
  ave(d); ave(d, dispersion = 0); ave(d, dispersion = 3); ave(d, prior.count = 0.25); ave(steep)
  if (s %in% c("plain", "single cells", "outlier")) { ave(d, dispersion = phi); ave(steep, dispersion = 1); ave(steep, prior.count = 0); ave(d, dispersion = 50) }

  id <- c(2, 1, 2, 3, 1, 1, 4, 4, 5, 6, 7, 2)[seq_len(n)]; r <- sumTechReps(d, ID = id)
  add("sum_tech_reps", s, list(ids = vec(id)), c(r$samples$lib.size, r$samples$norm.factors, t(head(r$counts, 10))))
}
# counts just at the threshold: rounding of a rate decides, in edgeR as here
set.seed(20)
for (i in 1:40) { L <- round(exp(runif(5, 11, 17))); y <- cbind(rbind(rep(10, 5), c(10, 10, 0, 0, 10)), 0)[, 1:5]; g <- c(1, 1, 1, 2, 2)
  if (i %% 2) L <- rep(L[1], 5)
  add("threshold", "none", list(lib_size = vec(L)), filterByExpr(y, group = g, lib.size = L)) }
stored <- Map(function(y, size) c(size, list(rows = unbox(nrow(y)), counts = if (all(y == round(y))) as.integer(t(y)) else hex(t(y)))), sets, sizes)
cat(toJSON(list(versions = list(R = unbox(R.version.string), edgeR = unbox(as.character(packageVersion("edgeR")))), sets = stored, cases = cases)), "\n")
