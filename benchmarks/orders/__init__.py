"""The example service before and after what a diagnosis writes."""
