"""What is known of customers' questions while somebody writes an article: their words, what they ask, what answers it already."""
