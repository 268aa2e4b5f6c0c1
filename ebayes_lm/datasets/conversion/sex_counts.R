# Write the counts of `humanGender` of the Bioconductor package DEGreport as plain files, for sex_counts.py to pack.
#   Rscript sex_counts.R      in an empty folder; sex_counts.py then reads that folder
# Symbols and chromosomes are those of org.Hs.eg.db: the first entry of an Ensembl identifier, "" where there is none.
suppressPackageStartupMessages({library(SummarizedExperiment); library(AnnotationDbi); library(org.Hs.eg.db)})
data(humanGender, package = "DEGreport")
counts <- assay(humanGender)
samples <- as.data.frame(colData(humanGender))
stopifnot(is.integer(counts), identical(dim(counts), c(10101L, 85L)), all(colSums(counts) == samples$lib.size))
out <- file("counts.i32", "wb")
writeBin(as.vector(counts), out, size = 4L, endian = "little")
close(out)
write.table(samples["group"], "samples.tsv", sep = "\t", quote = FALSE, col.names = NA)
known <- suppressMessages(suppressWarnings(select(org.Hs.eg.db, rownames(counts), c("SYMBOL", "CHR"), "ENSEMBL")))
genes <- known[match(rownames(counts), known$ENSEMBL), ]
write.table(genes, "genes.tsv", sep = "\t", quote = FALSE, row.names = FALSE, na = "")
