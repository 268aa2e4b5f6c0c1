# Write the expression set of the Bioconductor package bladderbatch as plain files, for bladder_arrays.py to pack.
#   Rscript bladder_arrays.R      in an empty folder; bladder_arrays.py then reads that folder
# expression.f64 holds the doubles of the matrix sample by sample (little-endian), so nothing is rounded here.
suppressPackageStartupMessages(library(Biobase))
data(bladderdata, package = "bladderbatch")
expression <- exprs(bladderEset)
samples <- pData(bladderEset)
stopifnot(identical(rownames(samples), colnames(expression)), identical(dim(expression), c(22283L, 57L)))
out <- file("expression.f64", "wb")
writeBin(as.vector(expression), out, size = 8L, endian = "little")
close(out)
writeLines(rownames(expression), "probes.txt")
write.table(samples, "samples.tsv", sep = "\t", quote = FALSE, col.names = NA)
