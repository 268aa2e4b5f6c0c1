# Reference answers of limma and edgeR for plotMDS, of R for density and prcomp, and of limma for coolmap and vennCounts.
# Run in this folder: Rscript samples.R > samples.json   (written with limma 3.68 and edgeR 4.10 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way; matrices column by column.
suppressPackageStartupMessages({library(limma); library(edgeR); library(jsonlite)})
pdf(NULL)
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
set.seed(1)
y <- matrix(rnorm(60 * 7), 60, 7) + outer(rnorm(60), rep(0:1, c(3, 4))); holes <- y; holes[3, 2] <- NA; holes[9, 5] <- Inf
counts <- matrix(rnbinom(60 * 5, mu = rep(c(1, 20, 300), 20), size = 3), 60, 5)
sizes <- c(1000, 2000, 1500, 3000, 2500); factors <- c(1.1, 0.9, 1, 1.2, 0.84)
d <- DGEList(counts, lib.size = sizes); d$samples$norm.factors <- factors
scaled <- function(data, object, top, selection, dims = c(1, 2)) {
  m <- plotMDS(object, top = top, gene.selection = selection, dim.plot = dims, plot = FALSE)
  list(data = unbox(data), top = unbox(top), selection = unbox(selection), dims = dims, x = hex(m$x), y = hex(m$y), explained = hex(m$var.explained))
}
cases <- list()
for (selection in c("pairwise", "common")) {
  for (top in c(10, 500)) cases <- c(cases, list(scaled("values", y, top, selection), scaled("holes", holes, top, selection), scaled("counts", d, top, selection)))
  cases <- c(cases, list(scaled("values", y, 20, selection, c(3, 5))))
}
components <- function(scale) { p <- prcomp(t(y), scale. = scale); list(scores = hex(p$x[, 1:6]), explained = hex(p$sdev^2 / sum(p$sdev^2))) }
curve <- function(x) { d <- density(x, na.rm = TRUE); list(x = hex(x), at = hex(d$x), density = hex(d$y), bandwidth = unbox(hex(d$bw))) }
heat <- coolmap(y, linkage.row = "complete", linkage.col = "complete")
codes <- matrix(sample(c(-1, 0, 0, 1), 200 * 4, TRUE), 200, 4); codes[5, 1] <- NA; codes[6, 2:3] <- NA
venn <- lapply(c(both = "both", up = "up", down = "down"), function(include) as.integer(vennCounts(codes, include = include)[, 5]))
cat(toJSON(list(
  versions = list(R = unbox(R.version.string), limma = unbox(as.character(packageVersion("limma"))), edgeR = unbox(as.character(packageVersion("edgeR")))),
  values = hex(y), holes = hex(holes), counts = as.integer(counts), lib_size = sizes, norm_factors = factors,
  mds = cases, pca = list(plain = components(FALSE), scaled = components(TRUE)),
  density = list(curve(y[, 1]), curve(c(1.2, 3, 3.4, 5, 8, 2.2, NA, 1))),
  heat_rows = cutree(as.hclust(heat$rowDendrogram), 5), heat_columns = cutree(as.hclust(heat$colDendrogram), 3),
  heat_heights = hex(as.hclust(heat$rowDendrogram)$height),
  codes = matrix(ifelse(is.na(codes), -9L, as.integer(codes)), ncol = 4), venn = venn)), "\n")
