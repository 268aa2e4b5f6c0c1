# limma's answers on parts of three real data sets: Rscript real_sets.R FOLDER, with the data packages bladderbatch, ALL, DEGreport
folder <- commandArgs(TRUE)[1]
source(file.path(folder, "answers.R"))
suppressPackageStartupMessages(library(Biobase))

evenly <- function(from, number) unique(round(seq(1, from, length.out = number)))
rounded <- function(x, digits) round(x * 2^digits) / 2^digits

# About a tenth of the values, by a rule that Python follows as well.
without_tenth <- function(y) replace(y, (131 * row(y) + 57 * col(y) + (row(y) * col(y)) %% 17) %% 10 == 0, NA)

# Low levels are less certain, as in counts.
precisions <- function(y, middle) rounded(0.05 + 4 * plogis(y - middle)^2, 5)

design_for <- function(formula, samples, labels) {
  design <- model.matrix(formula, samples)
  matrix(design, nrow(design), ncol(design), dimnames = list(labels, sub("^group", "", colnames(design))))
}

# The problem is written down without its data, which all problems of a set share.
analyses <- function(data, problems) lapply(problems, function(problem) {
  whole <- c(list(kind = "model", y = if (isTRUE(problem$missing)) without_tenth(data$y) else data$y), problem)
  if (isTRUE(problem$weighted)) whole$weights <- data$weights
  list(problem = c(list(kind = "model"), problem), answer = answer(whole))
})

tables <- list(list(coef = 1, number = 15, confint = TRUE), list(number = 10))
decisions <- lapply(c("separate", "global", "hierarchical", "nestedF"), function(method) list(method = method, p.value = 0.1))

# The same questions of every set; `block` where samples come in groups.
usual <- function(design, contrast_text, block = NULL, correlation = NULL) {
  asked <- list(design = design, contrast_text = contrast_text)
  both <- list(robust = TRUE, trend = TRUE)
  problems <- list(
    complete = c(asked, list(ebayes = both, treat = list(fc = 1.15, robust = TRUE, trend = TRUE), exact = "all", tables = tables, decisions = decisions,
      treat_tables = list(list(coef = 1, number = 15)), treat_decisions = decisions[1:2])),
    missing = c(asked, list(missing = TRUE, ebayes = list(trend = TRUE), tables = tables, decisions = decisions[1:2])),
    weighted = c(asked, list(weighted = TRUE, ebayes = list(robust = TRUE), treat = list(lfc = 0.1, trend = TRUE), tables = tables, decisions = decisions,
      treat_tables = list(list(coef = 1, number = 15)))),
    weighted_missing = c(asked, list(weighted = TRUE, missing = TRUE, ebayes = both, tables = tables)),
    robust_fit = c(asked, list(method = "robust", ebayes = list(trend = TRUE), tables = tables[1]))
  )
  if (is.null(block)) return(problems)
  blocks <- list(block = block, correlation = correlation)
  c(problems, list(
    blocks = c(asked, blocks, list(ebayes = list(trend = TRUE), exact = "all", tables = tables, decisions = decisions)),
    blocks_weighted_missing = c(asked, blocks, list(weighted = TRUE, missing = TRUE, ebayes = list(robust = TRUE), treat = list(upshot = TRUE), tables = tables))
  ))
}

write_set <- function(name, data, problems) {
  write_json(list(version = limma_version(), data = data, scenarios = analyses(data, problems)), file.path(folder, paste0("real_", name, ".json.gz")))
}

# ---- bladder cancer arrays ------------------------------------------------------------------------------------------

# Single precision, as the package ships them.
as_single <- function(x) {
  x[] <- readBin(writeBin(as.vector(x), raw(), size = 4), "double", n = length(x), size = 4)
  x
}

bladder <- function() {
  loaded <- new.env()
  data(bladderdata, package = "bladderbatch", envir = loaded)
  samples <- pData(loaded$bladderEset)
  kept <- sort(c(which(samples$cancer != "Cancer"), which(samples$cancer == "Cancer")[seq(1, 40, by = 2)]))
  y <- as_single(exprs(loaded$bladderEset))
  y <- y[evenly(nrow(y), 200), kept]
  samples <- data.frame(group = samples$cancer, batch = factor(samples$batch))[kept, ]
  design <- design_for(~ 0 + group + batch, samples, colnames(y))
  problems <- usual(design, c("Cancer-Normal", "Biopsy-Normal"))
  by_batch <- usual(design_for(~ 0 + group, samples, colnames(y)), c("Cancer-Normal", "Biopsy-Normal"), as.character(samples$batch), 0.15)
  write_set("bladder", list(y = y, weights = precisions(y, 6)), c(problems, by_batch[c("blocks", "blocks_weighted_missing")]))
}

# ---- acute lymphoblastic leukemia -----------------------------------------------------------------------------------

leukemia <- function() {
  loaded <- new.env()
  data(ALL, package = "ALL", envir = loaded)
  samples <- pData(loaded$ALL)
  lineage <- substr(samples$BT, 1, 1)
  known <- !is.na(samples$age) & !is.na(samples$sex)
  first <- function(group, number) which(group & known)[seq_len(number)]
  kept <- sort(c(first(lineage == "B" & samples$mol.biol == "BCR/ABL", 13), first(lineage == "B" & samples$mol.biol == "NEG", 13), first(lineage == "T", 12)))
  y <- exprs(loaded$ALL)
  by_level <- order(rowMeans(y))
  y <- rounded(y[sort(by_level[evenly(nrow(y), 200)]), kept], 10)
  group <- ifelse(lineage == "T", "T", ifelse(samples$mol.biol == "BCR/ABL", "fusion", "B"))[kept]
  design <- design_for(~ 0 + group + sex + age, data.frame(group = factor(group), samples[kept, c("sex", "age")]), colnames(y))
  write_set("leukemia", list(y = y, weights = precisions(y, 5)), usual(design, c("fusion-B", "T-B", "T-(fusion+B)/2")))
}

# ---- RNA-seq of women and men ---------------------------------------------------------------------------------------

sexes <- function() {
  suppressPackageStartupMessages(library(SummarizedExperiment))
  loaded <- new.env()
  data(humanGender, package = "DEGreport", envir = loaded)
  counts <- assay(loaded$humanGender)
  group <- loaded$humanGender$group
  kept <- sort(c(which(group == "Female")[1:18], which(group == "Male")[1:18]))
  totals <- colSums(counts)
  levels <- log2(t((t(counts) + 0.5) / (totals + 1)) * 1e6)
  differing <- order(-abs(rowMeans(levels[, group == "Male"]) - rowMeans(levels[, group == "Female"])))[1:30]
  by_level <- order(rowMeans(levels))
  y <- rounded(levels[sort(unique(c(differing, by_level[evenly(nrow(levels), 180)]))), kept], 12)
  # Two days of work, turn and turn about in the order of the labels.
  samples <- data.frame(group = droplevels(group[kept]), day = factor(rep(1:2, 18)))
  depth <- rounded(log2(totals[kept] / 1e7), 12)
  design <- design_for(~ 0 + group + day + depth, cbind(samples, depth = depth), colnames(y))
  write_set("sexes", list(y = y, weights = precisions(y, 2)), usual(design, c("Male-Female")))
}

bladder()
leukemia()
sexes()
