"""The smooth loss of "An Efficient CNN for Hand X-Ray Overall Scoring of Rheumatoid Arthritis" (Complexity 2022), as Loss.smooth has it."""
import torch


def smooth_loss(prediction, target, alpha=0.5, beta=1.0, gamma=0.5):
    """The mean of alpha x^2 where |x| < beta and of |x| - gamma beyond, x = prediction - target."""
    size = (prediction - target).abs()
    return torch.where(size < beta, alpha * size * size, size - gamma).mean()
