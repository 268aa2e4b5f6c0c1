"""Works that a methods paragraph cites."""

from __future__ import annotations

SMYTH = (
    "Smyth GK (2004). Linear models and empirical Bayes methods for assessing differential expression in microarray "
    "experiments. Statistical Applications in Genetics and Molecular Biology 3(1), Article 3."
)
BENJAMINI_HOCHBERG = (
    "Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate: a practical and powerful approach to "
    "multiple testing. Journal of the Royal Statistical Society B 57, 289-300."
)
RITCHIE = (
    "Ritchie ME, Phipson B, Wu D, Hu Y, Law CW, Shi W, Smyth GK (2015). limma powers differential expression analyses "
    "for RNA-sequencing and microarray studies. Nucleic Acids Research 43(7), e47."
)
SARTOR = (
    "Sartor MA, Tomlinson CR, Wesselkamper SC, Sivaganesan S, Leikauf GD, Medvedovic M (2006). Intensity-based "
    "hierarchical Bayes method improves testing for differentially expressed genes in microarray experiments. BMC "
    "Bioinformatics 7, 538."
)
PHIPSON = (
    "Phipson B, Lee S, Majewski IJ, Alexander WS, Smyth GK (2016). Robust hyperparameter estimation protects against "
    "hypervariable genes and improves power to detect differential expression. Annals of Applied Statistics 10, "
    "946-963."
)
CHEN = (
    "Chen Y, Chen L, Lun ATL, Baldoni PL, Smyth GK (2025). edgeR v4: powerful differential analysis of sequencing data "
    "with expanded functionality and improved support for small counts and larger datasets. Nucleic Acids Research "
    "53(2), gkaf018."
)
MCCARTHY_SMYTH = (
    "McCarthy DJ, Smyth GK (2009). Testing significance relative to a fold-change threshold is a TREAT. "
    "Bioinformatics 25, 765-771."
)
SMYTH_MICHAUD_SCOTT = (
    "Smyth GK, Michaud J, Scott HS (2005). Use of within-array replicate spots for assessing differential expression "
    "in microarray experiments. Bioinformatics 21, 2067-2075."
)
LAW = (
    "Law CW, Chen Y, Shi W, Smyth GK (2014). voom: precision weights unlock linear model analysis tools for RNA-seq "
    "read counts. Genome Biology 15, R29."
)
LIU = (
    "Liu R, Holik AZ, Su S, Jansz N, Chen K, Leong HS, Blewitt ME, Asselin-Labat ML, Smyth GK, Ritchie ME (2015). Why "
    "weight? Modelling sample and observational level variability improves power in RNA-seq analyses. Nucleic Acids "
    "Research 43(15), e97."
)
RITCHIE_2006 = (
    "Ritchie ME, Diyagama D, Neilson J, van Laar R, Dobrovic A, Holloway A, Smyth GK (2006). Empirical array quality "
    "weights in the analysis of microarray data. BMC Bioinformatics 7, 261."
)
CHEN_LUN_SMYTH = (
    "Chen Y, Lun ATL, Smyth GK (2016). From reads to genes to pathways: differential expression analysis of RNA-Seq "
    "experiments using Rsubread and the edgeR quasi-likelihood pipeline. F1000Research 5, 1438."
)
KUZNETSOVA = (
    "Kuznetsova A, Brockhoff PB, Christensen RHB (2017). lmerTest package: tests in linear mixed effects models. "
    "Journal of Statistical Software 82(13), 1-26."
)
LEEK_2007 = (
    "Leek JT, Storey JD (2007). Capturing heterogeneity in gene expression studies by surrogate variable analysis. "
    "PLoS Genetics 3(9), e161."
)
LEEK_2008 = (
    "Leek JT, Storey JD (2008). A general framework for multiple testing dependence. Proceedings of the National "
    "Academy of Sciences 105(48), 18718-18723."
)
WANG = (
    "Wang J, Zhao Q, Hastie T, Owen AB (2017). Confounder adjustment in multiple hypothesis testing. Annals of "
    "Statistics 45(5), 1863-1894."
)
GAGNON_BARTSCH_2012 = (
    "Gagnon-Bartsch JA, Speed TP (2012). Using control genes to correct for unwanted variation in microarray data. "
    "Biostatistics 13(3), 539-552."
)
GAGNON_BARTSCH = (
    "Gagnon-Bartsch JA, Jacob L, Speed TP (2013). Removing unwanted variation from high dimensional data with negative "
    "controls. Technical Report 820, Department of Statistics, University of California, Berkeley."
)
_TMM = (
    "Robinson MD, Oshlack A (2010). A scaling normalization method for differential expression analysis of RNA-seq "
    "data. Genome Biology 11, R25."
)
#: Works behind the ways to make library sizes comparable.
NORMALIZATIONS = {
    "TMM": _TMM,
    "TMMwsp": _TMM,
    "RLE": "Anders S, Huber W (2010). Differential expression analysis for sequence count data. Genome Biology 11, "
    "R106.",
    "upperquartile": "Bullard JH, Purdom E, Hansen KD, Dudoit S (2010). Evaluation of statistical methods for "
    "normalization and differential expression in mRNA-Seq experiments. BMC Bioinformatics 11, 94.",
}
HUBER = "Huber PJ (1964). Robust estimation of a location parameter. Annals of Mathematical Statistics 35, 73-101."
DYRSKJOT = (
    "Dyrskjøt L, Kruhøffer M, Thykjaer T, et al. (2004). Gene expression in the urinary bladder: a common carcinoma "
    "in situ gene expression signature exists disregarding histopathological classification. Cancer Research "
    "64, 4040-4048."
)


class Cited:
    """Works in the order in which they are cited; one that is cited again keeps its number."""

    def __init__(self) -> None:
        self.works: list[str] = []

    def __call__(self, work: str) -> str:
        if work not in self.works:
            self.works.append(work)
        return f"[{self.works.index(work) + 1}]"
