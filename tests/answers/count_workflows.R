# Analyses of counts, weights and replicates as their users write them, and what limma and edgeR answer.
# Run in this folder: Rscript count_workflows.R > count_workflows.json   (written with limma 3.68 and edgeR 4.10 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(edgeR); library(jsonlite)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
stored <- function(x) {
  if (is.data.frame(x)) return(list(rows = rownames(x), columns = lapply(x, function(v) if (is.numeric(v)) hex(v) else as.character(v))))
  list(shape = if (is.null(dim(x))) length(x) else dim(x), values = hex(t(unclass(x))))
}
silent <- function(e) suppressMessages(suppressWarnings(e))
out <- list()

# 120 genes in 12 libraries: two groups, two libraries of each of six people; the first genes respond, library 5 is noisy
set.seed(8)
group <- factor(rep(c("A", "B"), each = 6)); person <- rep(1:6, each = 2); batch <- factor(rep(c("x", "y"), 6))
mu <- exp(rnorm(120, 3.6, 1.6)); size <- c(1, 0.8, 1.3, 1.1, 0.9, 0.7, 1.2, 1, 1.6, 0.6, 1, 1.4)
noise <- 0.25 * matrix(rnorm(720), 120)[, person] + sweep(matrix(rnorm(1440), 120), 2, ifelse(1:12 == 5, 0.9, 0.2), "*")
mean <- sweep(mu * exp(noise), 2, size, "*"); mean[1:12, group == "B"] <- mean[1:12, group == "B"] * 3; mean[13:20, group == "B"] <- mean[13:20, group == "B"] / 4
counts <- matrix(rpois(1440, mean), 120, dimnames = list(paste0("g", 1:120), paste0("s", 1:12)))
counts[21:26, group == "A"] <- 0; counts[27, ] <- 0
bases <- 200 + 37 * (1:120)
design <- model.matrix(~ group); means <- model.matrix(~ 0 + group); with_batch <- model.matrix(~ 0 + group + batch)
cm <- makeContrasts(BvsA = groupB - groupA, levels = with_batch)
filtered <- function(design) { d <- DGEList(counts, group = group); normLibSizes(d[filterByExpr(d, design), , keep.lib.sizes = FALSE]) }
some <- function(x) x[seq(1, nrow(x), 9), ]

# limma-trend, and against a threshold
dge <- filtered(design); logCPM <- cpm(dge, log = TRUE, prior.count = 3)
fit <- eBayes(lmFit(logCPM, design), trend = TRUE)
out$limma_trend <- list(samples = as.matrix(dge$samples[, -1]), logCPM = some(logCPM), top = topTable(fit, coef = ncol(design)), threshold = topTreat(treat(lmFit(logCPM, design), lfc = log2(1.2), trend = TRUE), coef = 2))

# voom: of a DGEList, of a matrix, between two normalisations, without any design
v <- voom(dge, design); vq <- voom(counts, design, normalize.method = "quantile")
vm <- voom(counts, with_batch, lib.size = colSums(counts) * calcNormFactors(counts, method = "RLE"), adaptive.span = FALSE)
fit <- eBayes(contrasts.fit(lmFit(vm, with_batch), cm))
out$voom_fits <- list(E = some(v$E), weights = some(v$weights), top = topTable(eBayes(lmFit(v, design)), coef = 2), carried = topTable(eBayes(lmFit(voom(dge)), robust = TRUE), coef = 2, n = 20),
  contrast = topTable(fit), unscaled = some(fit$stdev.unscaled), quantile = topTable(eBayes(lmFit(vq)), coef = 2), plain = some(voom(counts)$weights),
  weighted = some(silent(voom(counts, design, weights = c(1, 2, 0.5, 1, 0, 1, NA, 1, 1, 1, -1, 1)))$weights), decided = decideTests(fit, p.value = 0.2))

# Quality weights of samples: each its own, by group, with blocks
vwts <- voomWithQualityWeights(dge, design, normalize.method = "none")
grouped <- voomWithQualityWeights(dge, design, var.group = group, block = person, correlation = 0.3, span = 0.7, adaptive.span = FALSE)
out$quality_weights <- list(samples = vwts$targets$sample.weights, weights = some(vwts$weights), top = topTable(eBayes(lmFit(vwts)), coef = 2), by_group = grouped$targets$sample.weights,
  pooled = voomWithQualityWeights(counts, design, method = "reml", maxiter = 60, tol = 1e-8)$targets$sample.weights)

# People as blocks: voom and the consensus correlation, each twice
v <- voom(dge, design); first <- duplicateCorrelation(v, design, block = person)
v <- voom(dge, design, block = person, correlation = first$consensus); second <- duplicateCorrelation(v, design, block = person)
fit <- eBayes(lmFit(v, design, block = person, correlation = second$consensus))
out$voom_twice <- list(correlations = c(first$consensus, second$consensus.correlation), weights = some(v$weights), top = topTable(fit, coef = 2), decided = decideTests(fit, p.value = 0.1))

# Weights, blocks and zeros in one call
fit <- silent(voomLmFit(dge, design, block = person, sample.weights = TRUE)); bare <- voomLmFit(counts, with_batch)
prior <- silent(voomLmFit(counts, design, prior.weights = c(1, 2, 0.5, 1, 0, 1, NA, 1, 1, 1, -1, 1), normalize.method = "quantile", span = 0.6, adaptive.span = FALSE)); grouped <- silent(voomLmFit(dge, var.group = group, prior.n = 3))
out$voom_lm_fit <- list(correlation = fit$correlation, samples = fit$targets$sample.weight, sigma = fit$sigma, top = topTable(eBayes(fit), coef = 2), zeros = topTable(eBayes(contrasts.fit(bare, cm)), n = 25), df = bare$df.residual,
  prior = topTable(eBayes(prior), coef = 2), by_group = grouped$targets$sample.weight, robust = topTable(eBayes(grouped, robust = TRUE), coef = 2))

# Functions of counts
d <- DGEList(counts, group = group, lib.size = colSums(counts) + 100, norm.factors = rep(c(0.8, 1.25), 6), genes = data.frame(Length = bases), remove.zeros = TRUE)
summed <- sumTechReps(d, person); factors <- sapply(c("TMM", "TMMwsp", "RLE", "upperquartile", "none"), function(m) normLibSizes(d, m)$samples$norm.factors)
out$functions_of_counts <- list(samples = as.matrix(d$samples[, -1]), factors = factors, options = calcNormFactors(d, method = "TMM", refColumn = 3, logratioTrim = 0.2, sumTrim = 0.1, doWeighting = FALSE, Acutoff = -15)$samples$norm.factors,
  upper = silent(calcNormFactors(counts, method = "upper", p = 0.9)), sized = normLibSizes(counts, lib.size = d$samples$lib.size), cpm = some(cpm(d)), plain = some(cpm(d, normalized.lib.sizes = FALSE, log = TRUE)), sizes = some(cpm(counts, lib.size = 1e6 * size, log = TRUE, prior.count = 0.5)),
  rpkm = some(rpkm(d)), log_rpkm = some(rpkm(counts, bases, log = TRUE)), average = some(cbind(aveLogCPM(d), aveLogCPM(d, normalized.lib.sizes = FALSE, prior.count = 1, dispersion = 0.2))), sized_average = some(cbind(aveLogCPM(counts, lib.size = 1e6 * size))), summed = as.matrix(summed$samples[, -1]), summed_counts = some(sumTechReps(counts, person)),
  kept = c(sum(filterByExpr(d)), sum(filterByExpr(counts, design)), sum(filterByExpr(counts, group = batch)), sum(filterByExpr(counts, with_batch, min.count = 20, min.total.count = 400)), sum(filterByExpr(d, group = rep(1, 12), large.n = 4, min.prop = 0.5))))

# Log intensities of 40 probes, four cell types of three donors, array 5 noisy; a copy with gaps
cell <- factor(rep(c("MS", "LP", "ML", "ST"), each = 3)); donor <- rep(1:3, 4)
y <- 7 + rnorm(40, sd = 2) + 0.5 * matrix(rnorm(120), 40)[, donor] + sweep(matrix(rnorm(480), 40), 2, ifelse(1:12 == 5, 1.5, 0.4), "*")
y[1:8, cell == "LP"] <- y[1:8, cell == "LP"] + 2; y <- round(y, 4); dimnames(y) <- list(paste0("p", 1:40), paste0("a", 1:12))
gaps <- y; gaps[sample(480, 40)] <- NA; ids <- paste0("gene", c(1:20, 20:1)); peptides <- rep(c(1, 3, 2, 6, 4), 8)
ct <- model.matrix(~ 0 + cell); colnames(ct) <- levels(cell); types <- makeContrasts(ML - MS, LP - MS, ML - LP, levels = ct)
elist <- new("EList", list(E = y, targets = data.frame(donor, cell), genes = data.frame(ID = ids)))

# Donors as blocks
dupcor <- duplicateCorrelation(elist, ct, block = elist$targets$donor)
fit <- eBayes(contrasts.fit(lmFit(elist, ct, block = donor, correlation = dupcor$consensus), types), trend = TRUE)
out$multi_level <- list(consensus = dupcor$cor, atanh = dupcor$atanh.correlations, top = topTable(fit, coef = 3)[, -1], any = topTable(fit)[, -1], decided = decideTests(fit, method = "global", lfc = 0.5), sparse = silent(duplicateCorrelation(gaps, ct, block = donor, trim = 0.1, weights = ifelse(abs(y - 7) < 0.2, -1, 1 + abs(y) / 9)))$consensus,
  weighted = duplicateCorrelation(y, ct, block = donor, weights = arrayWeights(y, ct))$consensus)

# Duplicate spots
pairs <- duplicateCorrelation(y, ct, ndups = 2, spacing = 1); halves <- duplicateCorrelation(gaps, ct, ndups = 2, spacing = 20)
fit <- eBayes(contrasts.fit(lmFit(y, ct, ndups = 2, spacing = 20, correlation = duplicateCorrelation(y, ct, spacing = 20)$consensus), types))
out$duplicate_spots <- list(consensus = c(pairs$consensus, halves$consensus), atanh = halves$atanh.correlations, table = data.frame(topTable(fit, coef = 2, n = Inf, sort.by = "none"), row.names = NULL), averaged = avedups(gaps, ndups = 2, spacing = 20, weights = exp(y - 7)), paired = avedups(y))

# Array weights
aw <- arrayWeights(y, ct); fit <- eBayes(contrasts.fit(lmFit(y, ct, weights = aw), types))
out$array_weights <- list(own = aw, top = topTable(fit, coef = 2), by_group = arrayWeights(y, ct, var.group = donor), by_design = arrayWeights(y, ct, var.design = cbind(donor == 2, donor == 3)), no_design = arrayWeights(y),
  gaps = arrayWeights(gaps, ct, prior.n = 5), weighted = arrayWeights(y, ct, weights = 1 + abs(y) / 9, method = "gene"), pooled = arrayWeights(gaps, ct, method = "reml"), quick = arrayWeightsQuick(y, lmFit(y, ct)),
  blocked = topTable(eBayes(contrasts.fit(lmFit(y, ct, weights = aw, block = donor, correlation = 0.4), types), robust = TRUE)))

# Precision weights of log intensities, with a predictor, by group, with gaps
v <- vooma(y, ct); by_group <- voomaByGroup(y, donor, design = ct[, "LP", drop = FALSE] + 1); held <- voomaByGroup(y, cell, block = donor, correlation = 0.3, span = 0.8)
fit <- silent(voomaLmFit(gaps, ct, block = donor, sample.weights = TRUE)); predicted <- voomaLmFit(y, ct, predictor = matrix(peptides, 40, 1), prior.weights = exp((y - 7) / 5), legacy.span = TRUE)
out$vooma_fits <- list(weights = some(v$weights), top = topTable(eBayes(contrasts.fit(lmFit(v), types)), coef = 1), blocked = some(vooma(y, ct, block = donor, correlation = 0.3, predictor = matrix(peptides, 40, 12), span = 0.9)$weights), by_group = some(by_group$weights), held = some(held$weights),
  spans = c(chooseLowessSpan(), chooseLowessSpan(300), chooseLowessSpan(5000, 500, 0.2, 0.5)))
out$vooma_lm_fit <- list(correlation = fit$correlation, samples = fit$targets$sample.weight, gaps = topTable(eBayes(contrasts.fit(fit, types)), coef = 2, n = 20), predicted = topTable(eBayes(contrasts.fit(predicted, types)), n = 20), carried = voomaLmFit(new("EList", list(E = y, design = ct)))$sigma)

# Replicate probes and arrays averaged before the fit
genes <- avereps(elist); people <- avearrays(gaps, ID = donor, weights = exp((y - 7) / 5)); e2 <- elist; e2$weights <- exp((y - 7) / 5); e2 <- avearrays(e2, donor)
out$averaged <- list(E = genes$E, top = topTable(eBayes(lmFit(avereps(gaps, ID = ids), ct)), coef = 1:2), people = people, sums = some(e2$weights), single = topTable(eBayes(lmFit(people))))

data <- list(counts = stored(counts), y = stored(y), gaps = stored(gaps))
versions <- list(R = unbox(R.version.string), limma = unbox(as.character(packageVersion("limma"))), edgeR = unbox(as.character(packageVersion("edgeR"))))
cat(toJSON(list(versions = versions, data = data, answers = lapply(out, lapply, stored))), "\n")
