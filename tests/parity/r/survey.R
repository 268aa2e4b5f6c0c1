# limma's and edgeR's answers on a whole real data set: Rscript survey.R FOLDER, where FOLDER/wanted.txt names the set
# Every matrix goes to a file of its own as doubles (little-endian, column by column); index.tsv lists them. "absent" in
# place of a set means that there is no package with it, a message in failed.tsv that R does not answer a question.
folder <- commandArgs(TRUE)[1]
suppressPackageStartupMessages({library(limma); library(edgeR)})
source(file.path(folder, "survey_sets.R"))
index <- character(); failed <- character()

put <- function(name, values) {
  values <- as.matrix(values)
  storage.mode(values) <- "double"
  out <- file(file.path(folder, paste0(name, ".f64")), "wb")
  writeBin(as.vector(values), out, size = 8L, endian = "little")
  close(out)
  index <<- c(index, paste(name, nrow(values), ncol(values), sep = "\t"))
}

# What a question answers, matrix by matrix; nothing where R stops.
ask <- function(name, question) {
  answers <- tryCatch(suppressMessages(suppressWarnings(question())), error = function(e) conditionMessage(e))
  if (is.character(answers)) failed <<- c(failed, paste(name, answers, sep = "\t"))
  else for (part in names(answers)) if (!is.null(answers[[part]])) put(paste0(name, ".", part), answers[[part]])
}

tested <- function(fit) list(t = eBayes(fit)$t)
trended <- function(fit) list(sigma = fit$sigma, df = fit$df.residual, t = eBayes(fit)$t)

ask_counts <- function(set) {
  design <- model.matrix(~ set$group)
  put("x", set$x); put("design", design)
  if (!is.null(set$block)) put("block", as.integer(set$block))
  whole <- DGEList(set$x, group = set$group)
  for (method in c("TMM", "TMMwsp", "RLE", "upperquartile"))
    ask(method, function() list(factors = normLibSizes(whole, method = method)$samples$norm.factors))
  ask("ave_log_cpm_all", function() list(value = aveLogCPM(whole)))
  ask("filter", function() list(kept = filterByExpr(whole, design)))
  # The rule of filterByExpr leaves hardly anything of sets that are mostly zeros.
  kept <- if (isTRUE(set$sparse)) rowSums(set$x > 0) >= ncol(set$x) / 10 else filterByExpr(whole, design)
  put("kept", kept)
  d <- normLibSizes(whole[kept, , keep.lib.sizes = FALSE])
  ask("cpm", function() list(plain = cpm(d), log = cpm(d, log = TRUE)))
  ask("ave_log_cpm", function() list(value = aveLogCPM(d)))
  v <- NULL
  ask("voom", function() { v <<- voom(d, design); c(list(E = v$E, weights = v$weights), tested(lmFit(v, design))) })
  ask("quality", function() { q <- voomWithQualityWeights(d, design); c(list(sample_weights = q$targets$sample.weights), tested(lmFit(q, design))) })
  ask("voom_lm_fit", function() trended(voomLmFit(d, design)))
  ask("voom_lm_fit_quality", function() { f <- voomLmFit(d, design, sample.weights = TRUE); c(list(sample_weights = f$targets$sample.weight), trended(f)) })
  if (is.null(set$block)) return(invisible())
  ask("consensus_voom", function() list(value = duplicateCorrelation(v, design, block = set$block)$consensus.correlation))
  ask("voom_lm_fit_block", function() { f <- voomLmFit(d, design, block = set$block); c(list(correlation = f$correlation), trended(f)) })
}

ask_arrays <- function(set) {
  design <- model.matrix(~ set$group)
  put("x", set$x); put("design", design)
  if (!is.null(set$block)) put("block", as.integer(set$block))
  for (method in c("genebygene", "reml"))
    ask(method, function() { w <- arrayWeights(set$x, design, method = method); c(list(sample_weights = w), tested(lmFit(set$x, design, weights = w))) })
  ask("by_group", function() list(sample_weights = arrayWeights(set$x, design, var.group = set$group)))
  ask("quick", function() list(sample_weights = arrayWeightsQuick(set$x, lmFit(set$x, design))))
  ask("vooma", function() { v <- vooma(set$x, design); c(list(weights = v$weights), tested(lmFit(v, design))) })
  ask("vooma_lm_fit", function() tested(voomaLmFit(set$x, design)))
  if (is.null(set$block)) return(invisible())
  consensus <- NA
  ask("consensus", function() { consensus <<- duplicateCorrelation(set$x, design, block = set$block)$consensus.correlation; list(value = consensus) })
  ask("blocked", function() tested(lmFit(set$x, design, block = set$block, correlation = consensus)))
  ask("vooma_lm_fit_block", function() { f <- voomaLmFit(set$x, design, block = set$block); c(list(correlation = f$correlation), tested(f)) })
}

wanted <- readLines(file.path(folder, "wanted.txt"))
kind <- if (wanted %in% names(count_sets)) "counts" else "arrays"
set <- tryCatch(suppressPackageStartupMessages(suppressWarnings(c(count_sets, array_sets)[[wanted]]())), error = function(e) NULL)
known <- function(set) !is.null(set) && !is.null(set$x)
if (known(set)) {
  set$x <- unname(as.matrix(set$x))
  if (kind == "counts") ask_counts(set) else ask_arrays(set)
} else failed <- "absent"
versions <- vapply(c("limma", "edgeR"), function(p) as.character(packageVersion(p)), "")
writeLines(c(paste("version", paste(names(versions), versions, collapse = ", "), sep = "\t"), paste("kind", kind, sep = "\t"), index), file.path(folder, "index.tsv"))
writeLines(failed, file.path(folder, "failed.tsv"))
