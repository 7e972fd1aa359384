"""What speaks against articles: figures that fall, links that lead nowhere, contradictions, duplicates, and reps who say so."""
