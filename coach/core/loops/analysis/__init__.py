"""What an edit is, read from syntax trees and settings: the facts that the detectors judge."""
