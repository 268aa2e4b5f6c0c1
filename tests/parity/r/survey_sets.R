# Real data in packages of R, for survey.R: each set is a function that gives its values and how its samples are grouped.
#   counts: x (counts), group, block where samples come in blocks, sparse where most counts are zero
#   arrays: x (log values), group, block

from_package <- function(package, data, name = data) {
  loaded <- new.env()
  utils::data(list = data, package = package, envir = loaded)
  loaded[[name]]
}

expressed <- function(eset, group, block = NULL) {
  samples <- Biobase::pData(eset)
  list(x = Biobase::exprs(eset), group = factor(samples[[group]]), block = if (!is.null(block)) factor(samples[[block]]))
}

count_sets <- list(
  # RNA-seq of women and men (Lappalainen et al. 2013)
  sexes = function() {
    x <- from_package("DEGreport", "humanGender")
    list(x = SummarizedExperiment::assay(x), group = x$group)
  },
  # RNA-seq of kidney and liver in several runs of the machine (Marioni et al. 2008)
  kidney_liver = function() {
    loaded <- new.env()
    utils::data("Marioni", package = "NOISeq", envir = loaded)
    samples <- loaded$myfactors
    list(x = as.matrix(loaded$mycounts), group = factor(samples$Tissue), block = factor(sub(".*_", "", samples$TissueRun)))
  },
  # RNA-seq of Nigerians, sequenced in two places (Pickrell et al. 2010)
  yale = function() expressed(from_package("GSVAdata", "commonPickrellHuang", "pickrellCountsYaleCQNcommon_eset"), "Gender"),
  argonne = function() expressed(from_package("GSVAdata", "commonPickrellHuang", "pickrellCountsArgonneCQNcommon_eset"), "Gender"),
  # RNA-seq of two cell lines, two samples each (Sultan et al. 2008)
  cell_lines = function() expressed(from_package("HTSFilter", "sultan"), "cell.line"),
  # Bacteria of nine environments: mostly zeros (Caporaso et al. 2011)
  environments = function() {
    p <- from_package("phyloseq", "GlobalPatterns")
    list(x = methods::as(phyloseq::otu_table(p), "matrix"), group = factor(phyloseq::sample_data(p)$SampleType), sparse = TRUE)
  },
  # Bacteria of warmed and clipped prairie, several samples a plot
  prairie = function() {
    p <- from_package("phyloseq", "soilrep")
    samples <- phyloseq::sample_data(p)
    list(x = methods::as(phyloseq::otu_table(p), "matrix"), group = factor(samples$Treatment), block = factor(samples$Sample), sparse = TRUE)
  },
  # Bacteria of twelve mice on two diets, again and again (Turnbaugh et al. 2009)
  mice = function() {
    m <- from_package("metagenomeSeq", "mouseData")
    samples <- Biobase::pData(m)
    list(x = metagenomeSeq::MRcounts(m), group = factor(samples$diet), block = factor(samples$mouseID), sparse = TRUE)
  }
)

array_sets <- list(
  # Bladder tissue, in five batches (Dyrskjot et al. 2004)
  bladder = function() expressed(from_package("bladderbatch", "bladderdata", "bladderEset"), "cancer", "batch"),
  # Leukemia of B and T cells (Chiaretti et al. 2004)
  leukemia = function() {
    set <- expressed(from_package("ALL", "ALL"), "BT")
    list(x = set$x, group = factor(substr(set$group, 1, 1)))
  },
  # Leukemia of two kinds, from four hospitals (Golub et al. 1999); of rows that are constant R would average rounding errors
  golub = function() {
    set <- expressed(from_package("golubEsets", "Golub_Merge"), "ALL.AML", "Source")
    x <- log2(pmax(set$x, 20))
    list(x = x[apply(x, 1, max) > apply(x, 1, min), ], group = set$group, block = set$block)
  },
  # Nigerians, in four batches (Huang et al. 2007)
  nigerians = function() expressed(from_package("GSVAdata", "commonPickrellHuang", "huangArrayRMAnoBatchCommon_eset"), "Gender", "Batch"),
  # Four kinds of glioblastoma (Verhaak et al. 2010)
  glioblastoma = function() expressed(from_package("GSVAdata", "gbm_VerhaakEtAl", "gbm_eset"), "subtype"),
  # Proteins of newborns with and without inflammation, values missing (Costa et al. 2021)
  newborns = function() {
    p <- from_package("GSVAdata", "geneprotExpCostaEtAl2021", "protExpCostaEtAl2021")
    list(x = SummarizedExperiment::assay(p, "log2protexp"), group = factor(p$FIR), block = factor(p$Sex))
  },
  # Known amounts of some transcripts, 5 arrays of each of two mixtures (Affymetrix)
  mixtures = function() {
    list(x = as.matrix(from_package("ROTS", "affySpikeIn")), group = factor(rep(1:2, each = 5)))
  }
)
